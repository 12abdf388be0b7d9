import assert from "node:assert/strict";
import { noService, unknownVersion } from "../../../../../cli/init/compose/roles.ts";
import { outside } from "../../../../../cli/init/compose/reading.ts";
import { described, told } from "./composed.ts";

/** A small application: a page, a worker, PostgreSQL and Redis. */
const small = `
x-app: &app
  build: ./app
  environment: &env
    DATABASE_URL: postgresql://app:pass@db:5432/app
    BROKER_URL: redis://cache:6379/1
    SECRET_KEY: \${SECRET_KEY:-only-for-tests}
    LOG_LEVEL: info
services:
  web:
    <<: *app
    command: gunicorn -b "0.0.0.0:8000" app:app
    ports: ["8000:8000"]
    depends_on:
      db: { condition: service_healthy }
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]
      interval: 5s
    restart: unless-stopped
  worker:
    <<: *app
    command: ["celery", "worker"]
    profiles: [jobs]
  db:
    image: postgres:16-alpine
    environment: { POSTGRES_PASSWORD: pass }
    volumes: ["data:/var/lib/postgresql/data"]
    ports: ["5433:5432"]
  cache:
    image: redis:7
volumes: { data: }
`;

const app = { "app/Dockerfile": "FROM python\nEXPOSE 8000\n" };

describe("an application from a compose file", () => {
  it("has what is built here, what it needs, and references in the place of addresses (004-205)", () => {
    const { application, local, env } = described(small, { files: app });
    const environment = {
      BROKER_URL: "redis://:${redis.password}@${redis.host}:${redis.port}/1",
      LOG_LEVEL: "info",
    };
    assert.deepEqual(application, {
      name: "shop",
      images: { web: { context: "../app" } },
      services: {
        web: {
          image: "web",
          command: ["gunicorn", "-b", "0.0.0.0:8000", "app:app"],
          port: 8000,
          health: { path: "/health" },
          routes: ["/*"],
          needs: ["postgres", "redis"],
          secrets: ["SECRET_KEY"],
          environment,
        },
        worker: {
          image: "web",
          command: ["celery", "worker"],
          profiles: ["jobs"],
          port: 8000,
          needs: ["postgres", "redis"],
          secrets: ["SECRET_KEY"],
          environment,
        },
      },
      postgres: { version: 16 },
      redis: { version: 7 },
      secrets: { DATABASE_URL: { delivery: "variable" }, SECRET_KEY: { delivery: "variable" } },
      smoke: [{ path: "/health", status: 200 }],
    });
    assert.deepEqual(local, { ports: { postgres: 5433 } });
    assert.deepEqual(env, { SECRET_KEY: "only-for-tests" });
  });

  it("keeps the name of the database where PostgreSQL's variables give one (002-96c)", () => {
    const named = (environment: string) => {
      const text = small.replace("{ POSTGRES_PASSWORD: pass }", environment);
      const result = described(text, { files: app });
      return [result.application.postgres, told(result, "services.db.environment.POSTGRES_DB")];
    };
    assert.deepEqual(named("{ POSTGRES_PASSWORD: pass, POSTGRES_DB: finance_report }"), [
      { version: 16, database: "finance_report" },
      "compose.yaml:26 taken over: postgres.database: finance_report",
    ]);
    for (const name of ["Finance-Report", "postgres"])
      assert.deepEqual(named(`{ POSTGRES_PASSWORD: pass, POSTGRES_DB: ${name} }`), [
        { version: 16 },
        "compose.yaml:26 not needed: Towpath makes it for PostgreSQL",
      ]);
  });

  it("accounts for every key, with its line", () => {
    const result = described(small, { files: app });
    assert.equal(
      told(result, "services.web.ports[0]"),
      "compose.yaml:13 taken over: port 8000, which the gateway reaches",
    );
    assert.equal(
      told(result, "services.web.restart"),
      "compose.yaml:19 not needed: copies are started again until a release replaces them",
    );
    assert.equal(told(result, "services.db.image"), "compose.yaml:25 taken over: postgres 16");
    assert.equal(
      told(result, "services.web.environment.DATABASE_URL"),
      'compose.yaml:5 taken over: what the need "postgres" brings',
    );
    assert.equal(
      told(result, "services.worker.environment.SECRET_KEY"),
      "compose.yaml:7 taken over: the secret SECRET_KEY, whose value for local is in .env",
    );
  });

  it("gives a port of the host to one service, and names the others", () => {
    const result = described(
      `
services:
  mail:
    build: .
    ports: ["25:2525", "25:2526"]
  other:
    build: .
    ports: ["25:25", "25:25/udp"]
`,
      { files: { Dockerfile: "FROM a" } },
    );
    const { mail, other } = result.application.services;
    assert.deepEqual([mail?.ports, other?.ports], [["25:2525"], ["25:25/udp"]]);
    const problem = "another container has this port of the host; give each a port of its own in ports";
    assert.equal(told(result, "services.mail.ports[1]"), `compose.yaml:5 to do: ${problem}`);
    assert.equal(told(result, "services.other.ports[0]"), `compose.yaml:8 to do: ${problem}`);
  });

  it("takes over ports that are no HTTP, and opens none on hosts that was not open to all", () => {
    const result = described(
      `
services:
  mail:
    build: .
    ports:
      - "25:2525"
      - { target: 143, published: "143" }
      - "127.0.0.1:587:587"
      - "5000-5010:5000-5010/udp"
      - "9229:9229"
      - "8025:8025"
`,
      { files: { Dockerfile: "FROM a" } },
    );
    const { mail } = result.application.services;
    assert.deepEqual([mail?.ports, mail?.port], [["25:2525", "143:143"], 9229]);
    const rows = [0, 1, 2, 3, 5].map((index) => told(result, `services.mail.ports[${index}]`));
    const all =
      "to do: a port of the host is published at all its addresses, one by one; write those in ports that users reach without HTTP, or do without";
    assert.deepEqual(rows, [
      "compose.yaml:6 taken over: ports: staging and production publish 25:2525",
      "compose.yaml:7 taken over: ports: staging and production publish 143:143",
      `compose.yaml:8 ${all}`,
      `compose.yaml:9 ${all}`,
      "compose.yaml:11 to do: the gateway reaches one port of a service, which is 9229; make another service of the image, write it in ports where it is no HTTP, or do without",
    ]);
  });

  it("takes over that a service stops first, and no other order", () => {
    const result = described(
      `
services:
  beat:
    build: .
    command: celery beat
    deploy: { update_config: { order: stop-first, delay: 5s } }
  web:
    build: .
    deploy: { update_config: { order: start-first } }
`,
      { files: { Dockerfile: "FROM a" } },
    );
    const { beat, web } = result.application.services;
    assert.equal(beat?.rollout, "stop-first");
    assert.equal(web?.rollout, undefined);
    assert.equal(
      told(result, "services.beat.deploy.update_config"),
      'compose.yaml:6 taken over: rollout: "stop-first"',
    );
    assert.equal(
      told(result, "services.web.deploy.update_config"),
      "compose.yaml:9 not needed: a release starts new copies beside the old ones",
    );
  });

  it("names what it cannot take over, and what to do", () => {
    const result = described(
      `
services:
  web:
    build: { context: ., secrets: [npm], args: { NPM_TOKEN: x, VERSION: "1" } }
    ports: ["80:8000", "9000:9000", "53:53/udp"]
    network_mode: host
    privileged: true
    stop_signal: SIGINT
    shm_size: 1gb
    user: "\${WHO}:\${WHO}"
    cap_add: [NET_ADMIN, CHOWN]
    volumes: ["uploads:/uploads", "./nginx.conf:/etc/nginx.conf", ".:/code", "/code/node_modules", "/var/run/docker.sock:/var/run/docker.sock"]
    depends_on: [mongo]
    environment: { MONGO_HOST: mongo, API: "http://other:80", EMPTY: "\${NOTHING}", "a.b": c }
    unknown_key: 1
    x-own: 1
    links: [mongo]
  other: { build: ./other, expose: [80] }
  mongo: { image: "mongo:7", volumes: ["m:/data/db"] }
`,
      { files: { Dockerfile: "FROM a", "other/Dockerfile": "FROM a" } },
    );
    const rows = Object.fromEntries(
      result.rows
        .filter(({ outcome, key }) => outcome === "to do" && key.startsWith("services.web."))
        .map(({ key, meaning, todo = "" }) => [key.replace("services.web.", ""), `${meaning}; ${todo}`]),
    );
    const host =
      "it would reach into the host, which no service may; do without it, or run it beside Towpath";
    assert.deepEqual(rows, {
      "build.secrets": "a build is given no secrets; fetch what needs them before, or when the program runs",
      "build.args.NPM_TOKEN":
        "an argument stays readable in the image, and this seems to be a secret; read it when the program runs",
      "ports[1]":
        "the gateway reaches one port of a service, which is 8000; make another service of the image, write it in ports where it is no HTTP, or do without",
      network_mode:
        "an environment has one network, that no other reaches; let it reach others by their names, and users by the gateway",
      privileged: host,
      user: "a description cannot say it so; let the image's Dockerfile say the user",
      "cap_add[0]":
        "a service is given no more than Docker gives by default; do without it, or run it beside Towpath",
      "volumes[1]": "files beside the image are not mounted; copy them to /etc/nginx.conf in the Dockerfile",
      "volumes[4]": "a service has no way to the engine; run what needs one beside Towpath",
      "depends_on.mongo": "mongo is not taken over; look at services.mongo",
      "environment.MONGO_HOST":
        "mongo is not taken over, so it leads nowhere; say where it is, in towpath:variables or as a secret",
      "environment.API":
        "the copies of other have changing names, so it leads nowhere; reach the service through the gateway, by a route",
      "environment.EMPTY":
        "NOTHING has no value, so it is empty; add EMPTY to towpath:variables, and to .env for local",
      "environment.a.b": "it is no variable's name here; let the program read another one",
      unknown_key: "Compose has no such key that Towpath knows; look whether it is misspelled",
      "links[0]": "no copy has that name here; say in a variable where it is",
    });
    assert.equal(
      told(result, "services.mongo.image"),
      "compose.yaml:19 to do: a release would start a second mongo:7 beside it, and only one may have its data open; run it beside Towpath, and say in a variable or a secret where it is",
    );
    const { web } = result.application.services;
    assert.deepEqual(web, {
      ...{
        image: "web",
        capabilities: ["CHOWN"],
        stopSignal: "SIGINT",
        shmSize: "1024MiB",
        port: 8000,
        routes: ["/*"],
        ports: ["53:53/udp"],
        volumes: { uploads: "/uploads" },
      },
      environment: { MONGO_HOST: "mongo", API: "http://other:80", EMPTY: "" },
    });
    assert.deepEqual(result.application.images.web, { context: "..", args: { VERSION: "1" } });
  });

  it("takes ready-made images as they are, and volumes, which services share (000-53b)", () => {
    const result = described(
      `
services:
  web: { build: ., ports: ["8000"], volumes: ["media_files:/app/media", "cache:/app/node_modules"] }
  worker: { build: ., volumes: ["media_files:/media:ro", "media_files:/twice"] }
  mail: { image: "axllent/mailpit:v1.21", ports: ["8025:8025"], volumes: ["mail:/data"] }
  pdf: { image: gotenberg/gotenberg, expose: [3000] }
  search: { image: "elasticsearch:8.15.0", volumes: ["search:/usr/share/elasticsearch/data"] }
volumes: { media_files: , mail: , search: , cache: }
`,
      { files: { Dockerfile: "FROM a" } },
    );
    const { images, services, volumes } = result.application;
    assert.deepEqual(images, {
      web: { context: ".." },
      mail: { from: "axllent/mailpit:v1.21" },
      pdf: { from: "gotenberg/gotenberg:latest" },
    });
    assert.deepEqual(volumes, ["media-files", "mail"]);
    assert.deepEqual(services, {
      web: { image: "web", port: 8000, routes: ["/*"], volumes: { "media-files": "/app/media" } },
      worker: { image: "web", volumes: { "media-files": "/media" } },
      mail: { image: "mail", port: 8025, volumes: { mail: "/data" } },
      pdf: { image: "pdf", port: 3000 },
    });
    assert.deepEqual(result.local, { ports: { mail: 8025 } });
    const row = (key: string): string => told(result, `services.${key}`);
    assert.equal(row("mail.image"), "compose.yaml:5 taken over: an image that is pulled as it is");
    assert.equal(
      row("pdf.image"),
      "compose.yaml:6 to do: the newest version is pulled, whichever that is; write the version that runs",
    );
    assert.equal(
      row("worker.volumes[0]"),
      "compose.yaml:4 taken over: the volume media-files, which new copies share with old ones; what the old one holds stays there",
    );
    assert.equal(
      row("worker.volumes[1]"),
      "compose.yaml:4 to do: what is written to /twice is lost with a copy; keep it in a bucket or the database",
    );
    assert.equal(
      row("search.volumes"),
      "compose.yaml:7 to do: goes with search, which is not taken over; see services.search.image",
    );
  });

  it("makes migrations and jobs of services that run once, with what the service of their image has", () => {
    const text = `
services:
  web:
    build: .
    image: shop
    ports: ["8000"]
    environment: { PGHOST: db, PGUSER: u, PGPASSWORD: p, PGDATABASE: d }
    depends_on:
      migrate: { condition: service_completed_successfully }
      seed: { condition: service_completed_successfully }
      own-migrate: { condition: service_completed_successfully }
  migrate:
    image: shop
    command: alembic -c conf/alembic.ini upgrade head
    environment: { PGHOST: db, OTHER: x }
  seed: { build: ., command: python seed.py }
  own-migrate: { build: ., command: python manage.py migrate }
  setup: { build: ., command: python setup.py }
  db: { image: "pgvector/pgvector:pg16" }
`;
    const result = described(text, { files: { Dockerfile: "FROM a" } });
    const { migrations, jobs, services } = result.application;
    assert.ok(migrations !== undefined && "up" in migrations);
    assert.deepEqual(migrations.up, ["alembic", "-c", "conf/alembic.ini", "upgrade", "head"]);
    assert.equal(migrations.service, "web");
    assert.deepEqual(jobs, {
      seed: { service: "web", command: ["python", "seed.py"], runs: "before-release" },
      "own-migrate": {
        service: "web",
        command: ["python", "manage.py", "migrate"],
        runs: "before-release",
      },
      setup: { service: "web", command: ["python", "setup.py"] },
    });
    assert.deepEqual(Object.keys(services), ["web"]);
    assert.deepEqual(services.web?.environment, {
      PGHOST: "${postgres.host}",
      PGUSER: "${postgres.user}",
      PGPASSWORD: "${postgres.password}",
      PGDATABASE: "${postgres.database}",
    });
    assert.equal(
      told(result, "services.migrate.environment.OTHER"),
      "compose.yaml:15 to do: it has the variables of web, and this is none; add it to web",
    );
    assert.equal(
      told(result, "services.web.depends_on.seed"),
      "compose.yaml:10 taken over: the job seed, before each release",
    );
    assert.equal(
      told(result, "services.seed.command"),
      "compose.yaml:16 taken over: the job seed with what web has, which runs before each release",
    );
    assert.equal(
      told(result, "services.own-migrate.command"),
      "compose.yaml:17 to do: the job own-migrate with what web has, which runs before each release; a migration belongs to migrations, which need up, down and current",
    );
    assert.equal(
      told(result, "services.setup.command"),
      "compose.yaml:18 to do: the job setup with what web has, which runs when somebody asks; npx towpath job run setup; a migration belongs to migrations, which need up, down and current",
    );
    assert.equal(told(result, "services.db.image"), "compose.yaml:19 taken over: postgres 16, of this image");
    assert.deepEqual(result.application.postgres, { version: 16, image: "pgvector/pgvector:pg16" });
  });

  it("gives PostgreSQL the settings of its command, and says what it cannot", () => {
    const text = `
services:
  web:
    build: .
    ports: ["8000"]
    environment: { DATABASE_URL: "postgresql://u:p@db/d" }
  db:
    image: timescale/timescaledb-ha:pg15
    command: postgres -c max_connections=200 --shared-buffers=1GB -c port=5433 -c shared_preload_libraries=pg_stat_statements -N 5
`;
    const result = described(text, { files: { Dockerfile: "FROM a" } });
    assert.deepEqual(result.application.postgres, {
      version: 15,
      settings: {
        max_connections: "200",
        shared_buffers: "1GB",
        shared_preload_libraries: "pg_stat_statements",
      },
    });
    assert.equal(
      told(result, "services.db.image"),
      "compose.yaml:8 to do: postgres 15, as the plain image, without what timescale/timescaledb-ha:pg15 adds; look which extensions the application uses",
    );
    assert.equal(
      told(result, "services.db.command"),
      "compose.yaml:9 taken over: postgres.settings: max_connections, shared_buffers, shared_preload_libraries\n" +
        "compose.yaml:9 to do: PostgreSQL is not given -c port=5433 -N 5; look whether the application needs it",
    );
  });

  const withRedis = (cache: string): string => `
services:
  web:
    build: .
    ports: ["8000"]
    environment: { REDIS_URL: "redis://cache:6379/0" }
  cache:
${cache}`;

  it("makes a cache without a volume of a Redis that writes nothing down, with its settings", () => {
    const result = described(
      withRedis(`    image: redis:6-alpine
    command: redis-server --save "" --appendonly no --maxmemory 64mb --maxmemory-policy allkeys-lru --client-output-buffer-limit normal 0 0 0
    volumes: ["cached:/data"]
    tmpfs: /data
volumes: { cached: {} }
`),
      { files: { Dockerfile: "FROM a" } },
    );
    assert.deepEqual(result.application.redis, {
      version: 6,
      persistent: false,
      settings: {
        maxmemory: "64mb",
        "maxmemory-policy": "allkeys-lru",
        "client-output-buffer-limit": "normal 0 0 0",
      },
    });
    assert.equal(told(result, "services.cache.image"), "compose.yaml:8 taken over: redis 6");
    assert.equal(
      told(result, "services.cache.command"),
      "compose.yaml:9 taken over: redis.persistent: false, for nothing is written down\n" +
        "compose.yaml:9 taken over: redis.settings: maxmemory, maxmemory-policy, client-output-buffer-limit",
    );
    const unwritten = "not needed: Redis writes nothing down, and has no volume: redis.persistent: false";
    assert.equal(told(result, "services.cache.volumes[0]"), `compose.yaml:10 ${unwritten}`);
    assert.equal(told(result, "services.cache.tmpfs"), `compose.yaml:11 ${unwritten}`);
  });

  it("gives Redis' own password to what is named like a database's, where its host is Redis", () => {
    const text = [
      "services:",
      "  web: { build: ., depends_on: [db], environment: { DB_HOST: redis, DB_PASSWORD: x, DB_PORT: 6379, DB_USER: me } }",
      "  db: { image: 'postgres:16' }",
      "  redis: { image: 'redis:7' }",
    ].join("\n");
    assert.deepEqual(
      described(text, { files: { Dockerfile: "FROM a" } }).application.services.web?.environment,
      {
        DB_HOST: "${redis.host}",
        DB_PASSWORD: "${redis.password}",
        DB_PORT: "${redis.port}",
        DB_USER: "me",
      },
    );
  });

  it("makes Valkey of its images, and names options that it cannot give without their values", () => {
    const result = described(
      withRedis(`    image: valkey/valkey:8
    command: [valkey-server, /etc/cache.conf, --requirepass, hush, --masterauth, hush, --replicaof, a 1, --save, "60", "1", --databases, "2"]
`),
      { files: { Dockerfile: "FROM a" } },
    );
    assert.deepEqual(result.application.redis, {
      version: 8,
      server: "valkey",
      settings: { databases: "2" },
    });
    assert.equal(told(result, "services.cache.image"), "compose.yaml:8 taken over: redis 8, of Valkey");
    assert.equal(
      told(result, "services.cache.command"),
      "compose.yaml:9 taken over: redis.settings: databases\n" +
        "compose.yaml:9 to do: Redis is not given /etc/cache.conf --masterauth --replicaof; look whether the application needs it",
    );
    const shell = described(
      withRedis(`    image: redis:7
    command: sh -c "redis-server --requirepass hush"
`),
      { files: { Dockerfile: "FROM a" } },
    );
    assert.deepEqual(shell.application.redis, { version: 7 });
    assert.equal(
      told(shell, "services.cache.command"),
      "compose.yaml:9 to do: Redis is not given sh -c redis-server; look whether the application needs it",
    );
    const { application: listed } = described(
      withRedis(`    image: redis:7
    command: ["redis-server", "--save ''", "--maxmemory 64mb", "--timeout", "30"]
`),
      { files: { Dockerfile: "FROM a" } },
    );
    assert.deepEqual(listed.redis, {
      ...{ version: 7, persistent: false },
      settings: { maxmemory: "64mb", timeout: "30" },
    });
    const { application } = described(withRedis("    image: valkey/valkey:7.2-alpine\n"), {
      files: { Dockerfile: "FROM a" },
    });
    assert.deepEqual(application.redis, { version: 7, server: "valkey" });
    const newer = described(withRedis("    image: bitnami/valkey:9.0\n"), {
      files: { Dockerfile: "FROM a" },
    });
    assert.equal(
      told(newer, "services.cache.image"),
      "compose.yaml:8 to do: redis 8, for Towpath has no Valkey 9; see that the application runs with it; data moves by a dump",
    );
  });

  it("makes buckets of MinIO, with its keys as references", () => {
    const { application } = described(
      `
services:
  api:
    build: .
    ports: ["80"]
    environment:
      S3_ENDPOINT_URL: http://minio:9000
      S3_BUCKET: user_files
      AWS_ACCESS_KEY_ID: minio
      AWS_SECRET_ACCESS_KEY: minio123
      AWS_REGION: eu
  minio: { image: minio/minio, command: server /data }
  make: { image: minio/mc, entrypoint: "mc mb store/more" }
`,
      { files: { Dockerfile: "FROM a" } },
    );
    assert.deepEqual(application.buckets, ["more", "user-files"]);
    assert.deepEqual(application.services.api?.environment, {
      S3_ENDPOINT_URL: "${bucket.more.endpoint}",
      S3_BUCKET: "${bucket.user-files.name}",
      AWS_ACCESS_KEY_ID: "${bucket.more.accessKey}",
      AWS_SECRET_ACCESS_KEY: "${bucket.more.secretKey}",
      AWS_REGION: "${bucket.more.region}",
    });
    assert.deepEqual(application.services.api.needs, ["more", "user-files"]);
  });

  it("makes secrets of what looks like one, two where services have different values, and of Compose's own", () => {
    const { application, env, rows } = described(
      `
services:
  one: { build: ., environment: { API_TOKEN: a, SENTRY_DSN: "\${SENTRY_DSN:-}", DB_PASSWORD_FILE: /run/secrets/db-password }, secrets: [db-password] }
  two: { build: ./two, environment: { API_TOKEN: b, api_key: "\${KEY}" }, env_file: [two.env, { path: gone.env, required: false }] }
secrets: { db-password: { file: ./password.txt } }
`,
      {
        files: {
          Dockerfile: "FROM a",
          "two/Dockerfile": "FROM a",
          "password.txt": "hush\n",
          "two.env": "DEBUG=1\nLEVEL=2\n",
        },
        variables: { KEY: "k" },
      },
    );
    assert.deepEqual(application.services.one?.secrets, ["DB_PASSWORD", "API_TOKEN", "SENTRY_DSN"]);
    assert.deepEqual(application.services.two?.environment, {
      DEBUG: "",
      LEVEL: "",
      API_TOKEN: "${secret.TWO_API_TOKEN}",
      api_key: "${secret.API_KEY}",
    });
    assert.deepEqual(application.secrets, {
      API_TOKEN: { delivery: "variable" },
      SENTRY_DSN: { delivery: "variable", optional: true },
      TWO_API_TOKEN: { delivery: "variable" },
      API_KEY: { delivery: "variable" },
    });
    assert.deepEqual(env, {
      ...{ DB_PASSWORD: "hush", API_TOKEN: "a", TWO_API_TOKEN: "b", API_KEY: "k", DEBUG: "1", LEVEL: "2" },
    });
    assert.ok(!JSON.stringify(rows).includes("hush"));
    assert.equal(
      told({ rows }, "services.two.env_file[0].LEVEL"),
      "two.env:2 to do: its value is in .env, for local alone; add LEVEL to towpath:variables of staging and production",
    );
    assert.equal(
      told({ rows }, "services.two.env_file[1]"),
      "compose.yaml:4 not needed: gone.env is not there, and need not be",
    );
  });

  it("routes what a gateway of the file leads to, by Traefik's labels", () => {
    const { application } = described(
      `
services:
  proxy: { image: "traefik:3", ports: ["80:80"] }
  api: { build: ./api, labels: ["traefik.http.routers.a.rule=Host(\`x.y\`) && PathPrefix(\`/v1\`)", "traefik.http.services.a.loadbalancer.server.port=9000"] }
  site: { build: ./site, labels: { traefik.http.routers.s.rule: "Host(\`x.y\`)" } }
`,
      { files: { "api/Dockerfile": "FROM a", "site/Dockerfile": "FROM a\nEXPOSE 3000" } },
    );
    assert.deepEqual(application.services, {
      api: { image: "api", port: 9000, routes: ["/v1/*"] },
      site: { image: "site", port: 3000, routes: ["/*"] },
    });
  });

  it("refuses unknown versions, circles, unknown services and builds from elsewhere, all at once", () => {
    const text = `
services:
  a: { build: ../x, depends_on: [b, dbb] }
  b: { build: { context: ., dockerfile: ../../Dockerfile }, depends_on: [a] }
  db: { image: "postgres:banana" }
  cache: { image: "redis:99" }
  none: { restart: always }
`;
    assert.throws(() => described(text), {
      name: "Problem",
      message: [
        `compose.yaml:3: services.a.depends_on: ${noService("dbb")}`,
        `compose.yaml:5: services.db.image: ${unknownVersion("postgres", "postgres:banana")}`,
        `compose.yaml:6: services.cache.image: ${unknownVersion("redis", "redis:99")}`,
        "compose.yaml:7: services.none: expected an image or a build, got neither; say what it runs",
        "compose.yaml:4: services.b.depends_on: cycle a -> b -> a; remove one of these",
        `compose.yaml:3: services.a.build.context: ${outside("../x")}`,
        `compose.yaml:4: services.b.build.dockerfile: ${outside("../../Dockerfile")}`,
      ].join("\n"),
    });
    assert.equal(
      unknownVersion("postgres", "postgres:banana"),
      'expected a version of PostgreSQL, got "postgres:banana"; write one that there is, for example postgres:17',
    );
    assert.equal(
      unknownVersion("redis", "redis:99"),
      'expected a version of Redis, got "redis:99"; write one that there is, for example redis:7',
    );
    assert.equal(
      noService("dbb"),
      'no such service, got "dbb"; remove it, or name the file that has it with another -f',
    );
  });
});
