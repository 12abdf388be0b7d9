import assert from "node:assert/strict";
import { defineApplication } from "../../../components/application/description.ts";
import { developmentOf } from "../../../components/application/development.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { merged, messageOf, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

const nameForm =
  "expected a name of lower-case letters, digits and hyphens, from a letter on, at most 20 characters";
const secretForm =
  "expected a secret's name of capital letters, digits and underscores, not from GITHUB_ or TOWPATH_ on and not ending in _FILE, at most 100 characters";

describe("a valid application", () => {
  it("is returned with every optional field filled in", () => {
    assert.equal(defineApplication(notes), notes);
    const parsed = parseApplication(notes);
    assert.deepEqual(parsed.services.worker, {
      image: "api",
      command: ["python", "-m", "notes.worker"],
      ...{ init: false, tmpfs: [], ulimits: {}, extraHosts: {} },
      routes: [],
      needs: ["postgres", "redis"],
      secrets: [],
      volumes: {},
      readOnly: false,
      capabilities: [],
      environment: {},
    });
    assert.deepEqual(parsed.images.api, { context: "app/api", dockerfile: "Dockerfile", args: {} });
    assert.deepEqual(parsed.smoke[1], { path: "/", status: 200 });
  });

  it("has the delivery of each secret, its own and those of its needs", () => {
    const parsed = parseApplication(merged(notes, { secrets: { REDIS_URL: { delivery: "variable" } } }));
    assert.deepEqual(parsed.secrets, { JWT_SECRET: { delivery: "variable" } });
    assert.deepEqual(parsed.connectionSecrets, {
      DATABASE_URL: { delivery: "file" },
      REDIS_URL: { delivery: "variable" },
      S3_ACCESS_KEY_ID: { delivery: "file" },
      S3_SECRET_ACCESS_KEY: { delivery: "file" },
    });
  });

  it("can be a single service", () => {
    const parsed = parseApplication({
      name: "a",
      images: { a: { context: "." } },
      services: { a: { image: "a" } },
    });
    assert.deepEqual(
      [parsed.buckets, parsed.secrets, parsed.smoke, parsed.postgres],
      [[], {}, [], undefined],
    );
  });
});

describe("a malformed field is refused:", () => {
  it("the description as a whole", () => {
    assert.equal(
      messageOf(() => parseApplication("notes")),
      "application: expected a map, got a text; see docs/reference/application.md",
    );
    assert.equal(
      messageOf(() => parseApplication({})),
      [
        `name: ${nameForm}, got nothing; for example "notes"`,
        'images: expected images by their names, got nothing; for example { api: { context: "app/api" } }',
        'services: expected at least one service by its name, got nothing; for example { api: { image: "api" } }',
      ].join("\n"),
    );
  });

  it("names", () => {
    refused(`name: ${nameForm}, got "Notes"; for example "notes"`, { name: "Notes" });
    refused(`name: ${nameForm}, got "${"n".repeat(21)}"; for example "notes"`, { name: "n".repeat(21) });
    refused(`services.my_api: ${nameForm}, got "my_api"; for example "api"`, {
      services: { my_api: { image: "api" } },
    });
    refused(`buckets[1]: ${nameForm}, got "my_files"; for example "files"`, {
      buckets: ["files", "my_files"],
    });
    refused(
      'services: expected at least one service by its name, got {}; for example { api: { image: "api" } }',
      {
        services: { api: undefined, worker: undefined, web: undefined },
      },
    );
  });

  it("images", () => {
    const folder = (got: string) =>
      `images.api.context: expected a folder relative to the project, got ${got}; for example "app/api"`;
    refused(folder('"/srv/api"'), { images: { api: { context: "/srv/api" } } });
    refused(folder('""'), { images: { api: { context: "" } } });
    refused(folder("3"), { images: { api: { context: 3 } } });
    refused(
      'images.api.dockerfile: expected a file relative to the context, got 3; for example "Dockerfile"',
      {
        images: { api: { dockerfile: 3 } },
      },
    );
    refused(
      "images.web.args.TOKEN: expected a text, got a number; write numbers and true or false in quotes",
      {
        images: { web: { args: { TOKEN: 1 } } },
      },
    );
  });

  it("images for development", () => {
    const dev = (change: object) => ({ images: { api: { dev: { target: "dev", ...change } } } });
    refused(
      'images.api.dev.target: expected a stage of the Dockerfile, got 1; for example "dev"',
      dev({ target: 1 }),
    );
    for (const outside of ["/srv/notes", "~/notes", ""]) {
      refused(
        `images.api.dev.mounts.${outside}: expected a folder relative to the project, got "${outside}"; for example "app/api/notes"`,
        dev({ mounts: { [outside]: "/app/notes" } }),
      );
    }
    for (const path of ["notes", "/", "/app/notes/", "/app:ro"]) {
      refused(
        `images.api.dev.mounts.app/api/notes: expected an absolute path in the container, got "${path}"; for example "/app/notes"`,
        dev({ mounts: { "app/api/notes": path } }),
      );
    }
    refused('images.api.dev.mount: unknown field; did you mean "mounts"', dev({ mount: {} }));
    const parsed = parseApplication(merged(notes, dev({})));
    assert.deepEqual(developmentOf(parsed.images.api), { target: "dev", mounts: {} });
  });

  it("services", () => {
    const service = (change: object) => ({ services: { api: change } });
    refused(
      "services.api.image: expected the name of an image, got nothing; name one of those in images",
      service({ image: undefined }),
    );
    refused(
      "services.api.port: expected a port from 1 to 65535, got 80800; take the one that the service listens on, for example 8000",
      service({ port: 80800 }),
    );
    refused(
      'services.api.command: expected a command with one item a word, got "python"; for example ["alembic", "upgrade", "head"]',
      service({ command: "python" }),
    );
    refused(
      'services.api.command: expected a command with one item a word, got []; for example ["alembic", "upgrade", "head"]',
      service({ command: [] }),
    );
    refused(
      'services.api.readOnly: expected true or false, got "yes"; write it without quotes',
      service({ readOnly: "yes" }),
    );
    refused(
      'services.api.capabilities[1]: expected one of the capabilities that Docker gives by default (AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT), got "SYS_ADMIN"; remove it: a service is given no others',
      service({ capabilities: ["CHOWN", "SYS_ADMIN"] }),
    );
    refused(
      'services.api.devCommand: expected a command with one item a word, got "watch"; for example ["alembic", "upgrade", "head"]',
      service({ devCommand: "watch" }),
    );
    refused(
      "services.api.needs: expected a list, got a text; see docs/reference/application.md",
      service({ needs: "postgres" }),
    );
    refused(
      `services.api.secrets[0]: ${secretForm}, got "jwt_secret"; for example "JWT_SECRET"`,
      service({ secrets: ["jwt_secret"] }),
    );
    refused(
      `services.api.secrets[0]: ${secretForm}, got "GITHUB_TOKEN"; for example "JWT_SECRET"`,
      service({ secrets: ["GITHUB_TOKEN"] }),
    );
    refused(
      `services.api.secrets[0]: ${secretForm}, got "JWT_FILE"; for example "JWT_SECRET"`,
      service({ secrets: ["JWT_FILE"] }),
    );
    refused(
      `services.api.environment.LOG-LEVEL: expected a variable's name of letters, digits and underscores, not starting with a digit, got "LOG-LEVEL"; for example "LOG_LEVEL"`,
      service({ environment: { "LOG-LEVEL": "info" } }),
    );
    refused(
      "services.api.environment.API_TOKEN: expected a text, got a number; write numbers and true or false in quotes",
      service({ environment: { API_TOKEN: 12345 } }),
    );
  });

  it("health", () => {
    const message = (got: string) =>
      `services.api.health: expected either a path or a command, got ${got}; write { path: "/health" } or { command: ["…"] }`;
    const health = (value: unknown) => ({ services: { api: { health: value } } });
    refused(message('"/health"'), health("/health"));
    refused(message('{"path":"/api/health","command":["true"]}'), health({ command: ["true"] }));
    refused(message("{}"), health({ path: undefined }));
    refused('services.api.health.pth: unknown field; did you mean "path"', health({ pth: "/" }));
    refused(
      'services.api.health.path: expected a path that starts with "/" and holds no spaces, got "health"; for example "/api/health"',
      health({ path: "health" }),
    );
  });

  it("routes", () => {
    for (const bad of ["api/*", "/api*", "/a b", "/*/b", "//", "/a//b", "/a?b", "/a{b}", ""]) {
      refused(
        `services.api.routes[0]: expected a path that starts with "/" and may end in "/*", got "${bad}"; for example "/api/*", or "/*" for everything`,
        { services: { api: { routes: [bad] } } },
      );
    }
    for (const good of ["/", "/*", "/api", "/api/", "/api/*", "/a/b.txt", "/@me"]) {
      parseApplication(merged(notes, { services: { api: { routes: [good] }, web: { routes: [] } } }));
    }
  });

  it("routes that are more than a path, and the labels of domains", () => {
    const routes = (...given: unknown[]): object => ({
      domains: ["api"],
      services: { api: { routes: given } },
    });
    const path =
      'expected a path that starts with "/" and may end in "/*", got %; for example "/api/*", or "/*" for everything';
    refused(
      'services.api.routes[0].domian: unknown field; did you mean "domain"',
      routes({ path: "/", domian: "api" }),
    );
    refused(`services.api.routes[0].path: ${path.replace("%", "nothing")}`, routes({ domain: "api" }));
    refused(
      `services.api.routes[1].path: ${path.replace("%", '"api"')}`,
      routes("/x", { domain: "api", path: "api" }),
    );
    refused(`services.api.routes[0]: ${path.replace("%", "3")}`, routes(3));
    refused(
      "services.api.routes[0].domain: expected the label of a domain, got 1; name one of domains",
      routes({ path: "/", domain: 1 }),
    );
    const field = (of: object): object => routes({ path: "/admin/*", ...of });
    const place = "services.api.routes[0]";
    refused(
      `${place}.stripPrefix: expected true or false, got "yes"; write it without quotes`,
      field({ stripPrefix: "yes" }),
    );
    for (const bad of ["10MB", "0MiB", 10])
      refused(
        `${place}.maxBodySize: expected a size in whole KiB, MiB or GiB, got ${JSON.stringify(bad)}; for example "10MiB"`,
        field({ maxBodySize: bad }),
      );
    refused(
      `${place}.headers.Set-Cookie: expected the name of a header other than Connection, Content-Encoding, Content-Length, Set-Cookie and Transfer-Encoding, got "Set-Cookie"; for example "Cache-Control"`,
      field({ headers: { "Set-Cookie": "a" } }),
    );
    for (const bad of ["{path}", "a\\", "a\nb"])
      refused(
        `${place}.headers.X-A: expected a text on one line, without braces and backslashes, got ${JSON.stringify(bad)}; for example "no-store"`,
        field({ headers: { "X-A": bad } }),
      );
    refused(
      `${place}.basicAuth: expected a user and a secret, got "x"; write { user: "admin", secret: "ADMIN_PASSWORD" }`,
      field({ basicAuth: "x" }),
    );
    refused(
      `${place}.basicAuth.user: expected a user name of letters, digits, dots, hyphens and underscores, got "a:b"; for example "admin"`,
      field({ basicAuth: { user: "a:b", secret: "JWT_SECRET" } }),
    );
    refused(
      `${place}.basicAuth.password: unknown field; known are secret, user`,
      field({ basicAuth: { user: "a", secret: "JWT_SECRET", password: "b" } }),
    );
    for (const label of ["Api", "pr-1", "preview", "api.example.com", ""]) {
      refused(
        `domains[0]: expected a label of lower-case letters, digits and hyphens, from a letter on, at most 20 characters, not from pr- or preview- on, got ${JSON.stringify(label)}; for example "api"`,
        { domains: [label] },
      );
    }
  });

  it("backing services, secrets, migrations and smoke checks", () => {
    refused(
      "postgres.version: expected a version from 14 to 18, got 12; take the one that your data was made with",
      {
        postgres: { version: 12 },
      },
    );
    refused("redis.version: expected a version out of 6, 7 and 8, got 5; take 7 if in doubt", {
      redis: { version: 5 },
    });
    refused(
      'secrets.JWT_SECRET.delivery: expected "file" or "variable", got "env"; take file where the program can read one',
      { secrets: { JWT_SECRET: { delivery: "env" } } },
    );
    refused(
      "migrations.service: expected the name of a service, got nothing; name the one whose image holds the migrations",
      { migrations: { service: undefined } },
    );
    for (const field of ["pending", "sql"]) {
      refused(
        `migrations.${field}: expected a command with {revision} where it takes the revision to start from, got ["alembic","history"]; for example ["alembic", "upgrade", "{revision}:head", "--sql"]`,
        { migrations: { base: "base", [field]: ["alembic", "history"] } },
      );
    }
    refused(
      'migrations.base: expected the revision below the first one, got "the base"; for example "base"',
      { migrations: { base: "the base" } },
    );
    refused("smoke[0].status: expected a status from 100 to 599, got 20; for example 200", {
      smoke: [{ path: "/", status: 20 }],
    });
    const json = (got: string) =>
      `smoke[0].json: expected what JSON can carry, by its fields, got ${got}; for example { status: "healthy" }; write texts, numbers, true, false, null, lists and maps`;
    const smoke = (value: unknown) => ({ smoke: [{ path: "/", json: value }] });
    refused(json('{"at":null}'), smoke({ at: NaN }));
    refused(json("[]"), smoke([]));
    refused(json("{}"), smoke({ at: () => 1 }));
    parseApplication(merged(notes, smoke({ list: [1, "two", null, { three: true }] })));
  });

  it("unknown fields, with the nearest known name", () => {
    refused('services.api.prot: unknown field; did you mean "port"', { services: { api: { prot: 80 } } });
    refused(
      "networks: unknown field; known are buckets, checks, domains, images, jobs, migrations, name, postgres, redis, secrets, services, smoke, volumes",
      { networks: [] },
    );
  });

  it("all of them at once, in the order of the schema", () => {
    refused(
      [
        `name: ${nameForm}, got 5; for example "notes"`,
        'images.api.contxt: unknown field; did you mean "context"',
        'services.web.health: expected either a path or a command, got 1; write { path: "/health" } or { command: ["…"] }',
        "redis.version: expected a version out of 6, 7 and 8, got 9; take 7 if in doubt",
      ].join("\n"),
      { redis: { version: 9 }, name: 5, services: { web: { health: 1 } }, images: { api: { contxt: 1 } } },
    );
  });
});
