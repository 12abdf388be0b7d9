/** The description for Compose. That Compose runs it is proved in test/e2e/local. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { composeInWords, exportCompose } from "../../../../cli/commands/export.ts";
import {
  caddyfile,
  composeFile,
  type ComposeExport,
  type ExportSettings,
} from "../../../../cli/export/compose-file.ts";
import type { ApplicationDescription } from "../../../../components/application/description.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { notes } from "../../application/notes.ts";
import { FakeMachine } from "../fake-machine.ts";

type Fields = Readonly<Record<string, unknown>>;

function exported(
  change: Partial<ApplicationDescription> = {},
  settings: ExportSettings = {},
): ComposeExport {
  return composeFile(parseApplication({ ...notes, ...change }), settings);
}

/** One service of a changed application. */
function service(name: string, change: object): Fields {
  const { api } = notes.services;
  const services = { ...notes.services, api: { ...api, image: "api", ...change } };
  const found = exported({ services }).compose.services[name];
  assert.ok(found !== undefined);
  return found;
}

const asked = (name: string): string => `\${${name}:?give ${name} a value in .env}`;

describe("an application as a compose file", () => {
  it("says of which services never two copies run, and which ports of the host lead to them", () => {
    assert.deepEqual(service("api", { rollout: "stop-first" }).deploy, {
      update_config: { order: "stop-first" },
    });
    assert.equal("deploy" in service("api", {}), false);
    const { ports, deploy } = service("api", { ports: ["25:2525", "53:53/udp"] });
    assert.deepEqual([ports, deploy], [["25:2525", "53:53/udp"], { update_config: { order: "stop-first" } }]);
  });

  it("has its servers, migrations and services, and a gateway, in the order in which they start", () => {
    const { compose, values } = exported();
    assert.deepEqual(Object.keys(compose.services), [
      ...["postgres", "redis", "object-storage", "migrate", "api", "worker", "web", "gateway"],
    ]);
    const conditions = Object.entries(compose.services).map(([name, { depends_on: needs = {} }]) => [
      name,
      Object.entries(needs as Record<string, { condition: string }>).map(
        ([need, { condition }]) => `${need} ${condition.replace("service_", "")}`,
      ),
    ]);
    assert.deepEqual(Object.fromEntries(conditions), {
      ...{ postgres: [], redis: [], "object-storage": [] },
      migrate: ["postgres healthy", "redis healthy"],
      api: [
        ...["postgres healthy", "redis healthy", "object-storage healthy", "migrate completed_successfully"],
      ],
      worker: ["postgres healthy", "redis healthy", "migrate completed_successfully"],
      web: ["api started"],
      gateway: ["web started", "api started"],
    });
    assert.deepEqual(Object.keys(compose.volumes ?? {}), [
      "postgres-data",
      "redis-data",
      "object-storage-data",
    ]);
    assert.deepEqual(values, [
      ...["JWT_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
    ]);
  });

  it("gives a service what Towpath gives it, without a password in it", () => {
    const { compose } = exported();
    const { environment, configs } = compose.services.api as { environment: Fields; configs: unknown };
    assert.deepEqual(environment, {
      TOWPATH_ENVIRONMENT: "compose",
      S3_ENDPOINT: "http://object-storage:7070",
      S3_REGION: "us-east-1",
      S3_BUCKET_FILES: "files",
      DATABASE_URL_FILE: "/run/secrets/DATABASE_URL",
      REDIS_URL_FILE: "/run/secrets/REDIS_URL",
      S3_ACCESS_KEY_ID_FILE: "/run/secrets/S3_ACCESS_KEY_ID",
      S3_SECRET_ACCESS_KEY_FILE: "/run/secrets/S3_SECRET_ACCESS_KEY",
      JWT_SECRET: asked("JWT_SECRET"),
      LOG_LEVEL: "info",
    });
    const files = ["DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];
    assert.deepEqual(
      configs,
      files.map((source) => ({ source, target: `/run/secrets/${source}` })),
    );
    assert.deepEqual(compose.configs?.DATABASE_URL, {
      content: `postgresql://notes:${asked("POSTGRES_PASSWORD")}@postgres:5432/notes`,
    });
    assert.equal(compose.secrets, undefined);
  });

  it("hands secrets that are files over as files, at their paths", () => {
    const secrets = { JWT_SECRET: { path: "/etc/app/key" } };
    const { compose } = exported({ secrets });
    const { environment, secrets: given } = compose.services.api as { environment: Fields; secrets: unknown };
    assert.equal(environment.JWT_SECRET_FILE, "/etc/app/key");
    assert.deepEqual(given, [{ source: "JWT_SECRET", target: "/etc/app/key" }]);
    assert.deepEqual(compose.secrets, { JWT_SECRET: { environment: "JWT_SECRET" } });
  });

  it("fills references in, and keeps Compose's own sign as it is", () => {
    const { environment } = service("api", {
      environment: {
        PGHOST: "${postgres.host}",
        PGPASSWORD: "${postgres.password}",
        ASYNC: "postgresql+asyncpg://${postgres.user}@${postgres.host}/${postgres.database}",
        BUCKET: "${bucket.files.name}",
        KEY: "${bucket.files.secretKey}",
        HERE: "${url}/app in ${environment}",
        TOKEN: "Bearer ${secret.JWT_SECRET}",
        PRICE: "5$ or $${more}",
      },
    }) as { environment: Fields };
    const { PGHOST, PGPASSWORD, ASYNC, BUCKET, KEY, HERE, TOKEN, PRICE } = environment;
    assert.deepEqual(
      [PGHOST, PGPASSWORD, ASYNC, BUCKET, KEY, HERE, TOKEN, PRICE],
      [
        "postgres",
        asked("POSTGRES_PASSWORD"),
        "postgresql+asyncpg://notes@postgres/notes",
        "files",
        asked("S3_SECRET_ACCESS_KEY"),
        "http://localhost:${PORT:-8080}/app in compose",
        `Bearer ${asked("JWT_SECRET")}`,
        "5$$ or $${more}",
      ],
    );
  });

  it("says how processes run, in Compose's words", () => {
    const found = service("api", {
      command: ["serve", "--price=5$"],
      entrypoint: ["/run.sh"],
      user: "1000:1000",
      workingDir: "/srv",
      init: true,
      stopSignal: "SIGQUIT",
      tmpfs: ["/run/app"],
      shmSize: "256MiB",
      ulimits: { nofile: 65536 },
      extraHosts: { "legacy.internal": "10.0.0.7" },
      health: { command: ["test", "$HOME"] },
    });
    const {
      command,
      entrypoint,
      user,
      working_dir,
      init,
      stop_signal,
      tmpfs,
      shm_size,
      ulimits,
      extra_hosts,
    } = found;
    assert.deepEqual(
      { command, entrypoint, user, working_dir, init, stop_signal, tmpfs, shm_size, ulimits, extra_hosts },
      {
        command: ["serve", "--price=5$$"],
        entrypoint: ["/run.sh"],
        user: "1000:1000",
        working_dir: "/srv",
        init: true,
        stop_signal: "SIGQUIT",
        tmpfs: ["/run/app"],
        shm_size: "256m",
        ulimits: { nofile: 65536 },
        extra_hosts: { "legacy.internal": "10.0.0.7" },
      },
    );
    assert.deepEqual((found.healthcheck as { test: unknown }).test, ["CMD", "test", "$$HOME"]);
  });

  it("builds images as described, and takes ready-made ones as they are", () => {
    const images = { ...notes.images, mail: { from: "axllent/mailpit:v1.21" } };
    const services = { ...notes.services, mail: { image: "mail" } };
    const settings = { imageMirror: "mirror.example.com", buildArgs: { web: { MODE: "development" } } };
    const { services: all } = exported({ images, services }, settings).compose;
    assert.deepEqual(
      [all.web?.image, all.web?.build],
      [
        "notes-web",
        { context: "./app/web", args: { IMAGE_MIRROR: "mirror.example.com", MODE: "development" } },
      ],
    );
    assert.equal(all.mail?.image, "mirror.example.com/axllent/mailpit:v1.21");
    assert.equal(all.postgres?.image, "mirror.example.com/library/postgres:15");
  });

  it("runs PostgreSQL of its image, with its settings and extensions", () => {
    const postgres = {
      version: 18 as const,
      image: "pgvector/pgvector:pg18",
      settings: { max_connections: 200, "app.price": "5$" },
      extensions: ["vector", "uuid-ossp"],
    };
    const { compose } = exported({ postgres });
    const { image, command, volumes, configs } = compose.services.postgres ?? {};
    assert.deepEqual(
      { image, command, volumes, configs },
      {
        image: "pgvector/pgvector:pg18",
        command: ["postgres", "-c", "max_connections=200", "-c", "app.price=5$$"],
        volumes: ["postgres-data:/var/lib/postgresql"],
        configs: [{ source: "postgres-extensions", target: "/docker-entrypoint-initdb.d/extensions.sql" }],
      },
    );
    assert.equal(
      compose.configs?.["postgres-extensions"]?.content,
      'CREATE EXTENSION IF NOT EXISTS "vector" CASCADE;\nCREATE EXTENSION IF NOT EXISTS "uuid-ossp" CASCADE;\n',
    );
  });

  it("runs Redis with its settings, and as a cache without a volume", () => {
    const { compose: plain } = exported();
    assert.deepEqual(plain.services.redis?.command, [
      ...["sh", "-c"],
      `printf 'requirepass %s\\nappendonly yes\\n' "$$REDIS_PASSWORD" | exec docker-entrypoint.sh redis-server -`,
    ]);
    const settings = { "maxmemory-policy": "allkeys-lru", "notify-keyspace-events": "K$ 'x'" };
    const redis = { version: 8 as const, server: "valkey" as const, persistent: false, settings };
    const { compose } = exported({ redis });
    const { image, command, volumes, tmpfs, healthcheck } = compose.services.redis ?? {};
    assert.deepEqual(
      { image, command, volumes, tmpfs },
      {
        image: "valkey/valkey:8",
        command: [
          ...["sh", "-c"],
          `printf '%s\\n' "requirepass $$REDIS_PASSWORD" 'appendonly no' 'dir /data' 'save ""' 'maxmemory-policy allkeys-lru' 'notify-keyspace-events K$$ '"'"'x'"'"'' | exec docker-entrypoint.sh valkey-server -`,
        ],
        volumes: undefined,
        tmpfs: ["/data"],
      },
    );
    assert.match(JSON.stringify(healthcheck), /valkey-cli ping/);
    assert.deepEqual(Object.keys(compose.volumes ?? {}), ["postgres-data", "object-storage-data"]);
  });

  it("has jobs that run when somebody asks, volumes, and no name twice", () => {
    const services = { ...notes.services, migrate: { image: "api", volumes: { uploads: "/uploads" } } };
    const jobs = { seed: { service: "api", command: ["seed"], timeoutSeconds: 60 } };
    const { compose } = exported({ services, jobs, volumes: ["uploads"] });
    const nightly = { ...jobs.seed, schedule: "0 3 * * *" };
    assert.ok(
      exported({ services, jobs: { nightly }, volumes: ["uploads"] }).left.includes(
        'jobs.nightly.schedule: Compose runs nothing by a schedule; have the machine\'s cron run it at "0 3 * * *" (UTC): docker compose run --rm job-nightly',
      ),
    );
    const warm = { ...jobs.seed, runs: "before-release" } as const;
    assert.ok(
      exported({ services, jobs: { warm }, volumes: ["uploads"] }).left.includes(
        "jobs.warm.runs: Compose knows no releases; run it before each docker compose up: docker compose run --rm job-warm",
      ),
    );
    const job = compose.services["job-seed"];
    assert.deepEqual([job?.command, job?.profiles, job?.restart], [["seed"], ["jobs"], "no"]);
    assert.deepEqual(compose.services.migrate?.volumes, ["uploads:/uploads"]);
    assert.deepEqual(compose.services["migrate-it"]?.command, ["alembic", "upgrade", "head"]);
    assert.ok(Object.hasOwn(compose.volumes ?? {}, "uploads"));
  });

  it("has the database by the name that is given (002-96c)", () => {
    const { compose } = exported({ postgres: { version: 15, database: "report_${environment}" } });
    const { environment } = compose.services.postgres ?? {};
    assert.deepEqual(environment, {
      ...{ POSTGRES_USER: "report_compose", POSTGRES_DB: "report_compose" },
      POSTGRES_PASSWORD: asked("POSTGRES_PASSWORD"),
    });
  });

  it("leads each path to its service, the longest first", () => {
    assert.equal(
      caddyfile(parseApplication(notes)),
      ":8080 {\n" +
        "\thandle /robots.txt {\n\t\treverse_proxy web:8080\n\t}\n" +
        "\thandle /api/* {\n\t\treverse_proxy api:8000\n\t}\n" +
        "\thandle /* {\n\t\treverse_proxy web:8080\n\t}\n" +
        "}\n",
    );
  });

  it("leads further host names below localhost to their services", () => {
    const { api, web } = notes.services;
    const services = {
      ...notes.services,
      web: { ...web, image: "web" },
      api: {
        ...{ ...api, image: "api", health: { command: ["true"] } },
        ...{ routes: [{ domain: "api", path: "/*" }], environment: { AT: "${url.api}" } },
      },
    };
    const change = { domains: ["api"], services, smoke: [] };
    assert.ok(
      caddyfile(parseApplication({ ...notes, ...change })).endsWith(
        "}\nhttp://api.localhost:8080 {\n\thandle /* {\n\t\treverse_proxy api:8000\n\t}\n}\n",
      ),
    );
    const environment = exported(change).compose.services.api?.environment as Fields;
    assert.equal(environment.AT, "http://api.localhost:${PORT:-8080}");
  });

  it("does with requests what the gateway does, but for passwords, and says so", () => {
    const { api } = notes.services;
    const routes = [
      { path: "/api/*", stripPrefix: true, maxBodySize: "10MiB", headers: { "Cache-Control": "no-store" } },
      { path: "/admin/*", basicAuth: { user: "admin", secret: "JWT_SECRET" } },
    ];
    const change = {
      services: { ...notes.services, api: { ...api, image: "api", health: { command: ["true"] }, routes } },
    };
    const file = caddyfile(parseApplication({ ...notes, ...change }));
    assert.ok(
      file.includes(`	handle /api/* {
		header >Cache-Control "no-store"
		request_body {
			max_size 10MiB
		}
		uri strip_prefix /api
		reverse_proxy api:8000
	}
`),
      file,
    );
    assert.doesNotMatch(file, /basic_auth/);
    assert.ok(
      exported(change).left.includes(
        "services.api.routes[1].basicAuth: the gateway asks for no password, as in local",
      ),
    );
  });

  it("names what it leaves out", () => {
    const { left } = exported({
      images: { ...notes.images, api: { context: "app/api", dev: { target: "dev", mounts: {} } } },
      secrets: { JWT_SECRET: { optional: true } },
      checks: { lint: { service: "api", command: ["lint"], needs: [], timeoutSeconds: 60 } },
    });
    assert.deepEqual(left, [
      "services.api.health: Compose asks no path; give it a command that asks /api/health where the image has one",
      "images.api.dev: the source is not mounted; images are as they are released",
      "secrets.JWT_SECRET: Compose knows no optional secret; it has to have a value",
      "migrations: up alone, without a lock, a dump or a way down",
      "smoke: nothing is asked before users get a new release",
      "checks: Compose runs none; npx towpath ci does",
    ]);
  });

  it("has nothing of what the application does without", () => {
    const { compose, values, left } = composeFile(
      parseApplication({
        name: "small",
        images: { web: { context: "." } },
        services: { web: { image: "web" } },
      }),
      {},
    );
    assert.deepEqual(compose, {
      name: "small",
      services: {
        web: {
          image: "small-web",
          build: { context: "." },
          environment: { TOWPATH_ENVIRONMENT: "compose" },
          restart: "unless-stopped",
        },
      },
    });
    assert.deepEqual([values, left], [[], []]);
    assert.equal(
      composeInWords({ compose, values, left }).split("\n").slice(0, 3).join("\n"),
      "# Written by npx towpath export compose: the application as it runs locally, for docker compose up --build.\n\nname: small",
    );
  });
});

describe("towpath export compose", () => {
  const folder = process.cwd();
  let machine: FakeMachine;
  beforeEach(() => {
    machine = new FakeMachine();
  });
  afterEach(() => {
    process.chdir(folder);
    machine.remove();
  });

  it("prints what can be read again, with what it asks for at its head, and tells what is left out", () => {
    const said: string[] = [];
    const exported = exportCompose({ say: (line) => said.push(line) }, machine.project);
    const text = composeInWords(exported);
    assert.deepEqual(parse(text), exported.compose);
    for (const value of exported.values) assert.match(text, new RegExp(`^#   ${value}=$`, "m"));
    assert.deepEqual(
      said,
      exported.left.map((line) => `not in it: ${line}`),
    );
    assert.doesNotMatch(text, /restart: no$|[*&]a1/m);
  });
});
