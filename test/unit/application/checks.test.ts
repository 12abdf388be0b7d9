import assert from "node:assert/strict";
import { parseApplication } from "../../../components/application/parse.ts";
import { layers } from "../../../components/application/needs.ts";
import {
  pathAtService,
  routedDomains,
  routeInWords,
  routeOf,
  routesInOrder,
} from "../../../components/application/routes.ts";
import { merged, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);

describe("a need is refused", () => {
  it("when nothing has that name", () => {
    refused(
      'services.api.needs[1]: no such backing service, bucket or service, got "fiels"; did you mean "files"',
      {
        services: { api: { needs: ["postgres", "fiels"] } },
      },
    );
  });

  it("when it is for a bucket that nobody declares", () => {
    refused(
      'services.api.needs[2]: no such backing service, bucket or service, got "files"; declare it in buckets or services, or remove the need',
      { buckets: [] },
    );
  });

  it("when the backing service is not declared", () => {
    refused(
      [
        'services.api.needs[0]: no PostgreSQL is declared, got "postgres"; add postgres: { version: 15 } to the application',
        'services.worker.needs[0]: no PostgreSQL is declared, got "postgres"; add postgres: { version: 15 } to the application',
      ].join("\n"),
      { postgres: undefined },
    );
    refused(
      'services.worker.needs[0]: no Redis is declared, got "redis"; add redis: { version: 7 } to the application',
      { redis: undefined, services: { api: { needs: ["postgres"] }, worker: { needs: ["redis"] } } },
    );
  });

  it("when it is listed twice", () => {
    refused('services.worker.needs[1]: needed twice, got "redis"; remove one of them', {
      services: { worker: { needs: ["redis", "redis"] } },
    });
  });

  it("when it closes a cycle", () => {
    refused("services.api.needs: cycle api -> web -> api; remove one of these needs", {
      services: { api: { needs: ["postgres", "web"] } },
    });
    refused("services.worker.needs: cycle worker -> worker; remove one of these needs", {
      services: { worker: { needs: ["worker"] } },
    });
  });

  it("only once for each cycle", () => {
    refused("services.worker.needs: cycle worker -> web -> worker; remove one of these needs", {
      services: {
        api: { needs: ["postgres", "worker"] },
        worker: { needs: ["web"] },
        web: { needs: ["worker"] },
      },
    });
  });
});

describe("layers", () => {
  it("start what others need first", () => {
    assert.deepEqual(layers(parseApplication(notes)), [["api", "worker"], ["web"]]);
  });

  it("do not exist for services in a cycle", () => {
    const service = (needs: string[]) => ({
      ...{ image: "a", routes: [], needs, secrets: [], volumes: {}, environment: {} },
      ...{ readOnly: false, capabilities: [], init: false, tmpfs: [], ulimits: {}, extraHosts: {} },
    });
    assert.throws(() => layers({ services: { a: service(["b"]), b: service(["a"]), c: service([]) } }), {
      message: "services in a circle: a, b",
    });
  });
});

describe("a route is refused", () => {
  it("when another service has it", () => {
    refused(
      'services.web.routes[1]: the same route as services.api.routes[0], got "/api/*"; give each path to one service',
      { services: { web: { routes: ["/*", "/api/*"] } } },
    );
  });

  it("when another service has it of the same further domain, or there is no such domain", () => {
    const routes = [{ domain: "api", path: "/*" }];
    refused(
      'services.web.routes[1]: the same route as services.api.routes[0], got {"path":"/*","domain":"api"}; give each path to one service',
      { domains: ["api"], services: { api: { routes }, web: { routes: ["/*", ...routes] } } },
    );
    refused(
      'services.web.routes[0].domain: the application has no such domain, got "apo"; did you mean "api"',
      { domains: ["api"], services: { web: { routes: [{ domain: "apo", path: "/x" }] } } },
    );
    refused(
      'services.web.routes[0].domain: the application has no such domain, got "api"; add domains: ["api"]',
      { services: { web: { routes: [{ domain: "api", path: "/x" }] } } },
    );
  });

  it("when it has no prefix to take off, or a password that is none of its service's secrets", () => {
    const field = (of: object): object => ({
      services: { api: { routes: ["/api/*", { path: "/admin/*", ...of }] } },
    });
    for (const path of ["/*", "/admin"])
      refused(
        `services.api.routes[1].stripPrefix: expected a path with something before "/*", got "${path}"; remove stripPrefix, or take a path such as "/reports/*"`,
        {
          services: { web: { routes: [] }, api: { routes: ["/api/*", { path, stripPrefix: true }] } },
          smoke: [],
        },
      );
    refused(
      'services.api.routes[1].basicAuth.secret: the service has no such secret, got "ADMIN_PASSWORD"; add it to services.api.secrets',
      field({ basicAuth: { user: "admin", secret: "ADMIN_PASSWORD" } }),
    );
    refused(
      'services.api.routes[1].basicAuth.secret: expected a secret that always has a value, got "JWT_SECRET"; remove secrets.JWT_SECRET.optional',
      {
        ...field({ basicAuth: { user: "admin", secret: "JWT_SECRET" } }),
        secrets: { JWT_SECRET: { optional: true } },
      },
    );
    refused(
      'smoke[0].path: the gateway asks for a password there, by basicAuth of api, got "/admin/health"; check another path, or give this one a route without basicAuth',
      {
        ...field({ basicAuth: { user: "admin", secret: "JWT_SECRET" } }),
        smoke: [{ path: "/admin/health" }],
      },
    );
  });

  it("when its service has no port, as a health path is", () => {
    refused(
      [
        "services.api.routes: routes need a port, got none; add port, for example port: 8000",
        "services.api.health.path: a health path needs a port, got none; add port, for example port: 8000, or use a health command",
      ].join("\n"),
      { services: { api: { port: undefined } } },
    );
  });
});

describe("the gateway's routes", () => {
  it("are sorted by the longest match first", () => {
    const application = parseApplication(
      merged(notes, { services: { api: { routes: ["/api/*", "/api/v2/*", "/b/*", "/a/*"] } } }),
    );
    assert.deepEqual(
      routesInOrder(application).map(({ path, service, port }) => `${path} ${service}:${port}`),
      [
        "/robots.txt web:8080",
        "/api/v2/* api:8000",
        "/api/* api:8000",
        "/a/* api:8000",
        "/b/* api:8000",
        "/* web:8080",
      ],
    );
  });
});

describe("the routes of further domains", () => {
  const application = parseApplication(
    merged(notes, {
      domains: ["api", "admin"],
      services: {
        api: { routes: ["/api/*", { domain: "api", path: "/*" }] },
        web: { routes: ["/*", { domain: "admin", path: "/*" }, { domain: "api", path: "/docs/*" }] },
      },
    }),
  );

  it("are tried one domain after the other", () => {
    assert.deepEqual(
      routesInOrder(application).map((route) => `${routeInWords(route)} ${route.service}`),
      ["/api/* api", "/* web", "admin: /* web", "api: /docs/* web", "api: /* api"],
    );
    assert.deepEqual(routedDomains(application), ["admin", "api"]);
  });

  it("are chosen by domain and path", () => {
    assert.equal(routeOf(application, "/docs/a", "api")?.service, "web");
    assert.equal(routeOf(application, "/notes", "api")?.service, "api");
    assert.equal(routeOf(application, "/docs/a")?.service, "web");
    assert.equal(routeOf(application, "/x", "www"), undefined);
  });
});

describe("the path at a service", () => {
  it("is without what its route takes off", () => {
    assert.equal(pathAtService({ path: "/reports/*" }, "/reports/daily"), "/reports/daily");
    assert.equal(
      pathAtService({ path: "/reports/*", stripPrefix: true }, "/reports/daily?a=b"),
      "/daily?a=b",
    );
    assert.equal(pathAtService({ path: "/reports/*", stripPrefix: true }, "/reports/"), "/");
  });
});

describe("the route of a path", () => {
  it("is the longest match, if there is one", () => {
    const of = (path: string) => routeOf(parseApplication(notes), path)?.path;
    const exact = parseApplication({
      ...notes,
      services: { ...notes.services, web: { ...notes.services.web, image: "web", routes: ["/items"] } },
      smoke: [],
    });
    assert.equal(routeOf(exact, "/items?page=1")?.path, "/items");
    assert.deepEqual(["/api/notes", "/robots.txt", "/"].map(of), ["/api/*", "/robots.txt", "/*"]);
    const apiOnly = parseApplication(merged(notes, { services: { web: { routes: [] } } }));
    assert.equal(routeOf(apiOnly, "/"), undefined);
  });
});

describe("an application is refused", () => {
  it("when a service has the name of one of Towpath's parts", () => {
    refused('services.gateway: Towpath has a part of this name itself, got "gateway"; choose another name', {
      services: { gateway: { image: "api" } },
    });
  });

  it("when a bucket has the name of another bucket, a service or one of Towpath's parts", () => {
    refused('buckets[1]: the name is taken by buckets[0], got "files"; choose another name', {
      buckets: ["files", "files"],
    });
    refused('buckets[1]: the name is taken by services.web, got "web"; choose another name', {
      buckets: ["files", "web"],
    });
    refused('buckets[1]: the name is taken by a part of Towpath\'s own, got "redis"; choose another name', {
      buckets: ["files", "redis"],
    });
  });

  it("when a service's image does not exist", () => {
    refused('services.web.image: no such image, got "wep"; did you mean "web"', {
      services: { web: { image: "wep" } },
    });
    refused('services.web.image: no such image, got "front-end"; known are api, web', {
      services: { web: { image: "front-end" } },
    });
    refused('services.web.image: no such image, got "web"; declare it in images', {
      images: { api: undefined, web: undefined },
      services: { api: undefined, worker: undefined, web: { needs: [] } },
      migrations: undefined,
      secrets: undefined,
    });
  });

  it("when it sets an argument or variable that Towpath sets", () => {
    refused("images.web.args.BUILD_COMMIT: Towpath sets this argument itself; remove it", {
      images: { web: { args: { BUILD_COMMIT: "x" } } },
    });
    refused(
      [
        "services.api.environment.TOWPATH_RELEASE: Towpath sets this variable; remove it here",
        'services.api.environment.S3_BUCKET_FILES: the need "files" sets this variable; remove it here',
        'services.api.environment.DATABASE_URL_FILE: the need "postgres" sets this variable; remove it here',
        'services.api.environment.JWT_SECRET: the secret "JWT_SECRET" sets this variable; remove it here',
      ].join("\n"),
      {
        services: {
          api: {
            environment: {
              TOWPATH_RELEASE: "1",
              S3_BUCKET_FILES: "a",
              DATABASE_URL_FILE: "b",
              JWT_SECRET: "c",
            },
          },
        },
      },
    );
  });

  it("when a service gets a secret twice", () => {
    refused('services.api.secrets[1]: the need "redis" brings this secret, got "REDIS_URL"; remove it here', {
      services: { api: { secrets: ["JWT_SECRET", "REDIS_URL"] } },
    });
    refused(
      'services.api.secrets[1]: the secret "JWT_SECRET" brings this secret, got "JWT_SECRET"; remove it here',
      {
        services: { api: { secrets: ["JWT_SECRET", "JWT_SECRET"] } },
      },
    );
    // Without the need, a database elsewhere is reached by a secret of that name.
    parseApplication(merged(notes, { services: { web: { secrets: ["DATABASE_URL"] } } }));
  });

  it("when no service uses a secret", () => {
    refused('secrets.JWT_SECRT: no service uses this secret; did you mean "JWT_SECRET"', {
      secrets: { JWT_SECRT: {} },
    });
    refused(
      "secrets.SMTP_PASSWORD: no service uses this secret; add it to the secrets of a service, or remove it",
      {
        secrets: { SMTP_PASSWORD: {} },
      },
    );
  });

  it("when its migrations start from a revision without a name, or print SQL without listing revisions", () => {
    const sql = ["alembic", "upgrade", "{revision}:head", "--sql"];
    const pending = ["list", "{revision}"];
    const nameless = (which: string) =>
      `migrations.base: ${which} starts from a revision, got none for an empty database; name the one below the first, for example "base"`;
    refused(nameless("pending"), { migrations: { pending } });
    refused(nameless("pending"), { migrations: { pending, sql } });
    refused(
      "migrations.pending: what sql prints has to be told by its revisions, got sql alone; describe the command that lists them",
      { migrations: { sql, base: "base" } },
    );
  });

  it("when its migrations have no commands, or some although the service migrates by itself", () => {
    for (const field of ["up", "current"]) {
      refused(
        `migrations.${field}: expected a command with one item a word, got nothing; describe it, or write atStart: true where the service migrates at its start`,
        { migrations: { [field]: undefined } },
      );
    }
    refused(
      [
        'migrations.down: a service that migrates at its start is given none, got ["alembic","downgrade"]; remove it, or atStart',
        'migrations.base: a service that migrates at its start is given none, got "base"; remove it, or atStart',
      ].join("\n"),
      { migrations: { up: undefined, current: undefined, base: "base", atStart: true } },
    );
    refused("migrations.atStart: expected true, got false; leave it out where commands migrate", {
      migrations: { atStart: false },
    });
  });

  it("when its migrations run in a service that does not exist or has no database", () => {
    refused('migrations.service: no such service, got "apii"; did you mean "api"', {
      migrations: { service: "apii" },
    });
    refused(
      'migrations.service: the service does not need postgres, got "web"; add "postgres" to services.web.needs, or name another service',
      { migrations: { service: "web" } },
    );
  });
});
