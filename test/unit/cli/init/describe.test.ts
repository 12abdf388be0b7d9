import assert from "node:assert/strict";
import fc from "fast-check";
import { applicationName, describe as described } from "../../../../cli/init/describe.ts";
import { find } from "../../../../cli/init/find.ts";
import { notesOf } from "../../../../cli/init/notes.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { playedRepository } from "./played-repository.ts";

const api = [
  "FROM a AS dev",
  "EXPOSE 8000",
  "CMD x",
  "FROM a",
  "EXPOSE 8000",
  "HEALTHCHECK CMD curl http://localhost:8000/api/health",
];
const files = {
  "apps/api/Dockerfile": api.join("\n"),
  "apps/api/alembic.ini": "",
  "apps/api/.env.example": [
    "DATABASE_URL=postgresql://shop@localhost/shop",
    "REDIS_URL=redis://localhost",
    "JWT_SECRET=change-me",
    "S3_BUCKET_USER_FILES=files",
    "S3_ACCESS_KEY_ID=x",
    "LOG_LEVEL=info",
  ].join("\n"),
  "apps/web/Dockerfile": "FROM a\nEXPOSE 3000\nHEALTHCHECK CMD curl http://localhost:3000/",
  "compose.yml": "image: postgres:15",
};

describe("the description of a repository", () => {
  it("has images, services, what they need, migrations and smoke checks", () => {
    const found = find(playedRepository(files));
    assert.deepEqual(described("shop", found, "infra"), {
      name: "shop",
      images: {
        api: { context: "../apps/api", dev: { target: "dev" } },
        web: { context: "../apps/web" },
      },
      services: {
        api: {
          image: "api",
          port: 8000,
          health: { path: "/api/health" },
          routes: ["/api/*"],
          needs: ["postgres", "redis", "user-files"],
          secrets: ["JWT_SECRET"],
        },
        web: { image: "web", port: 3000, health: { path: "/" }, routes: ["/*"] },
      },
      postgres: { version: 15 },
      redis: { version: 7 },
      buckets: ["user-files"],
      secrets: Object.fromEntries(
        ["DATABASE_URL", "REDIS_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "JWT_SECRET"].map(
          (name) => [name, { delivery: "variable" }],
        ),
      ),
      migrations: {
        service: "api",
        up: ["alembic", "upgrade", "head"],
        down: ["alembic", "downgrade"],
        current: ["alembic", "current"],
        base: "base",
        pending: [
          "sh",
          "-c",
          "found=$(alembic history --rev-range {revision}:head) && echo \"$found\" | sed 's/^<base>/base/; s/^[^>]* -> //; s/[ ,].*//; /^{revision}$/d' | tac",
        ],
        sql: ["alembic", "upgrade", "{revision}:head", "--sql"],
      },
      smoke: [
        { path: "/api/health", status: 200 },
        { path: "/", status: 200 },
      ],
    });
  });

  it("has contexts relative to the project's folder, and Dockerfiles relative to the context", () => {
    const images = (dockerfile: string, folder: string): unknown =>
      described(
        "shop",
        find(playedRepository({ "a/api/Dockerfile": dockerfile, "a/api/x.py": "", "lib/x.py": "" })),
        folder,
      ).images.api;
    assert.deepEqual(images("FROM a", ""), { context: "a/api" });
    assert.deepEqual(images("FROM a", "a/api"), { context: "." });
    assert.deepEqual(images("FROM a", "deploy/infra"), { context: "../../a/api" });
    assert.deepEqual(images("FROM a\nCOPY lib lib", "infra"), {
      context: "..",
      dockerfile: "a/api/Dockerfile",
    });
    assert.deepEqual(images("FROM a AS prod\nFROM a AS test", "a"), { context: "api", target: "prod" });
  });

  it("routes everything to a page, an API's paths to the API, and paths of their names to others", () => {
    const routes = (...names: string[]): unknown => {
      const { services } = described(
        "shop",
        find(
          playedRepository(
            Object.fromEntries(names.map((name) => [`${name}/Dockerfile`, "FROM a\nEXPOSE 1"])),
          ),
        ),
        "",
      );
      return names.map((name) => services[name]?.routes);
    };
    assert.deepEqual(routes("api"), [["/*"]]);
    assert.deepEqual(routes("backend", "frontend"), [["/api/*"], ["/*"]]);
    assert.deepEqual(routes("orders", "web", "stock"), [["/orders/*"], ["/*"], ["/stock/*"]]);
    assert.deepEqual(routes("orders-api", "stock-api"), [["/*"], ["/stock-api/*"]]);
    assert.deepEqual(routes("api", "admin"), [["/api/*"], ["/*"]]);
  });

  it("has a bucket of its own name when services name none, but never a service's name", () => {
    const buckets = (service: string, variable: string): unknown =>
      described(
        "shop",
        find(playedRepository({ [`${service}/Dockerfile`]: "FROM a", ".env.example": `${variable}=x` })),
        "",
      ).buckets;
    assert.deepEqual(buckets("api", "S3_ENDPOINT"), ["files"]);
    assert.deepEqual(buckets("api", "S3_BUCKET_NAME"), ["files"]);
    assert.deepEqual(buckets("files", "S3_BUCKET"), ["uploads"]);
    assert.deepEqual(buckets("photos", "S3_BUCKET_PHOTOS"), ["files"]);
  });

  it("delivers secrets as files to programs that read them from files", () => {
    const repository = playedRepository(
      { "api/Dockerfile": "FROM a", ".env.example": "JWT_SECRET=x\nAPI_KEY=x" },
      { mentions: { "api/x.py": ["JWT_SECRET_FILE"] } },
    );
    assert.deepEqual(described("shop", find(repository), "").secrets, { API_KEY: { delivery: "variable" } });
  });

  it("has secrets for variables that look like secrets", () => {
    const secrets = (example: string): unknown =>
      described("shop", find(playedRepository({ "api/Dockerfile": "FROM a", ".env.example": example })), "")
        .services.api?.secrets ?? [];
    const names = [
      "SECRET_KEY",
      "STRIPE_API_KEY",
      "SMTP_PASSWORD",
      "SENTRY_DSN",
      "SECRET_KEY_BASE",
      "GH_TOKEN",
    ];
    assert.deepEqual(secrets(names.map((name) => `${name}=x`).join("\n")), names.sort());
    assert.deepEqual(secrets("AMQP_URL=amqp://shop:shop@queue\nDATABASE_URL=mysql://a:b@db/x"), [
      "AMQP_URL",
      "DATABASE_URL",
    ]);
    for (const other of [
      "TOKEN_TTL=x",
      "PASSWORD_MIN_LENGTH=8",
      "TOKENS=5",
      "NEXT_PUBLIC_API_KEY=x",
      "VITE_MAP_KEY=x",
      "GITHUB_TOKEN=x",
      "SECRET_FILE=/x",
      "api_key=x",
      "TOKEN_URL=https://x",
      "KEYBOARD=x",
    ])
      assert.deepEqual(secrets(other), [], other);
  });

  it("is valid in application.ts, for any repository", () => {
    const name = fc.oneof(
      fc.constantFrom("api", "web", "gateway", "redis", "docker", "files", ""),
      fc.string({ maxLength: 30 }),
    );
    const instruction = fc.oneof(
      fc.constantFrom(
        "FROM a",
        "FROM a AS dev",
        "FROM dev AS prod",
        "CMD x",
        "COPY . .",
        "COPY lib /",
        "HEALTHCHECK CMD true",
      ),
      fc.integer({ min: -1, max: 70000 }).map((port) => `EXPOSE ${port}`),
      fc.webPath().map((path) => `HEALTHCHECK CMD curl http://localhost${path}`),
      fc.string(),
    );
    const variable = fc.constantFrom(
      "DATABASE_URL",
      "PGHOST",
      "S3_BUCKET",
      "S3_BUCKET_API",
      "S3_BUCKET_A_B",
      "S3_SECRET_ACCESS_KEY",
      "REDIS_URL",
      "JWT_SECRET",
      "TOWPATH_KEY",
      "postgres",
      "PASSWORD",
    );
    const repository = fc.record({
      dockerfiles: fc.dictionary(
        fc
          .tuple(name, name)
          .map((folders) => [...folders.filter((one) => !/[/\0]|^\.*$/.test(one)), "Dockerfile"].join("/")),
        fc.array(instruction, { maxLength: 8 }).map((lines) => ["FROM a", ...lines].join("\n")),
        { minKeys: 1, maxKeys: 5 },
      ),
      example: fc.array(variable.map((one) => `${one}=x`)).map((lines) => lines.join("\n")),
      folder: fc.constantFrom("", "infra", "api", "web/infra"),
    });
    fc.assert(
      fc.property(repository, ({ dockerfiles, example, folder }) => {
        const found = find(
          playedRepository({ ...dockerfiles, ".env.example": example, "api/alembic.ini": "" }),
        );
        fc.pre(found.services.length > 0);
        const application = described("shop", found, folder);
        assert.deepEqual(
          Object.keys(parseApplication(application).services),
          found.services.map((one) => one.name),
        );
        notesOf(application, found).forEach((note) => {
          assert.match(note, /: \S/u);
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe("an application's name", () => {
  it("is made of the readable part of a repository's name", () => {
    assert.equal(applicationName("Acme_Shop.js"), "acme-shop-js");
    assert.equal(applicationName("a-very-long-name-of-a-repository"), "a-very-long-name-of");
    assert.equal(applicationName("2024"), undefined);
  });
});

describe("the notes on a description", () => {
  const notes = (more: Record<string, string>): string[] => {
    const found = find(playedRepository(more));
    return notesOf(described("shop", found, ""), found);
  };

  it("list what a person has to check", () => {
    assert.deepEqual(notes({ "api/Dockerfile": "FROM a" }), [
      "services.api: no EXPOSE found, so no request reaches it; add port and routes if it answers any",
    ]);
    const dockerfile = "FROM a AS dev\nCMD x\nFROM a\nEXPOSE 1";
    assert.deepEqual(
      notes({
        "api/Dockerfile": dockerfile,
        "api/alembic.ini": "",
        "api/.env.example":
          "DATABASE_URL=postgresql+asyncpg://x\nPGHOST=x\nS3_BUCKET=x\nLOG_LEVEL=info\nJWT_SECRET=x",
        "compose.yml": "image: postgres:12",
      }),
      [
        "services.api.health: no HEALTHCHECK found; add a path or a command, which production asks for",
        "services.api.needs: the program reads PGHOST, Towpath gives DATABASE_URL; let it read that",
        "services.api.needs: the program reads S3_BUCKET, Towpath gives S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_ENDPOINT, S3_REGION, S3_BUCKET_FILES; let it read that",
        "services.api.needs: DATABASE_URL begins with postgresql:// instead of postgresql+asyncpg://; let the program take both",
        "services.api.environment: not taken over: LOG_LEVEL; add those that are the same everywhere",
        "images.api.dev: add mounts, and edits are served without a build",
        "migrations: alembic upgrade head has to work in the image of api",
        "postgres.version: Towpath knows 14 to 18, the compose file runs 12; take the one that your data can move to",
        "secrets: DATABASE_URL, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, JWT_SECRET reach programs as variables; where one reads the file that DATABASE_URL_FILE names instead, remove the entry",
      ],
    );
  });
});
