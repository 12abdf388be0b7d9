import assert from "node:assert/strict";
import { find } from "../../../../cli/init/find.ts";
import { playedRepository } from "./played-repository.ts";

/** The services of a repository: name, Dockerfile and context. */
function builds(files: Record<string, string>): string[] {
  return find(playedRepository(files)).services.map(
    ({ name, dockerfile, context }) => `${name}: ${dockerfile} in ${context || "."}`,
  );
}

describe("the services of a repository", () => {
  it("are its Dockerfiles, by their folders or their own names", () => {
    const dockerfile = "FROM a";
    assert.deepEqual(
      builds({
        "apps/Web Site/Dockerfile": dockerfile,
        "apps/Web Site/main.py": "",
        "apps/api/Dockerfile": dockerfile,
        "apps/api/main.py": "",
        "apps/api/Dockerfile.worker": dockerfile,
        "apps/api/mailer.Dockerfile": dockerfile,
        "apps/api/Dockerfile.worker.dockerignore": "",
      }),
      [
        "web-site: apps/Web Site/Dockerfile in apps/Web Site",
        "api: apps/api/Dockerfile in apps/api",
        "worker: apps/api/Dockerfile.worker in apps/api",
        "mailer: apps/api/mailer.Dockerfile in apps/api",
      ],
    );
    assert.deepEqual(builds({ Dockerfile: dockerfile, "main.py": "" }), ["app: Dockerfile in ."]);
    assert.deepEqual(builds({ "api/docker/Dockerfile": `${dockerfile}\nCOPY . .`, "api/main.py": "" }), [
      "api: api/docker/Dockerfile in api",
    ]);
  });

  it("are those of the project's own folder where that has Dockerfiles", () => {
    const files = {
      "shop/Dockerfile": "FROM a",
      "shop/main.py": "",
      "blog/Dockerfile": "FROM a",
      "blog/main.py": "",
    };
    const namesIn = (folder: string): string[] =>
      find({ ...playedRepository(files), folder }).services.map(({ name }) => name);
    assert.deepEqual(namesIn("shop"), ["shop"]);
    assert.deepEqual(namesIn("infra"), ["shop", "blog"]);
    assert.deepEqual(namesIn(""), ["shop", "blog"]);
  });

  it("have unique names", () => {
    const dockerfile = "FROM a";
    const names = find(
      playedRepository({
        "a/api/Dockerfile": dockerfile,
        "b/api/Dockerfile": dockerfile,
        "c/b/api/Dockerfile": dockerfile,
        "apps/gateway/Dockerfile": dockerfile,
      }),
    ).services.map(({ name }) => name);
    assert.deepEqual(names, ["api", "b-api", "api-2", "apps-gateway"]);
  });

  it("have the nearest folder that contains what is copied as their context", () => {
    const files = {
      "package.json": "",
      "packages/shared/index.js": "",
      "apps/api/package.json": "",
      "apps/api/src/main.js": "",
    };
    for (const [copied, context] of [
      ["COPY . .", "apps/api"],
      ["COPY package*.json ./\nCOPY src ./src/", "apps/api"],
      ["COPY package.json ./\nCOPY apps/api/src src", "."],
      ["COPY packages/ packages/", "."],
      ["COPY dist ./", "apps/api"],
    ])
      assert.deepEqual(builds({ ...files, "apps/api/Dockerfile": `FROM a\n${copied}` }), [
        `api: apps/api/Dockerfile in ${context}`,
      ]);
  });

  it("have the folder above as their context when their own only builds images", () => {
    const files = { "main.py": "", "docker/api/Dockerfile": "FROM a\nCOPY . .", "docker/start.sh": "" };
    assert.deepEqual(builds(files), ["api: docker/api/Dockerfile in ."]);
  });

  it("exclude, with a note, what is for tests, variants, and what Towpath provides", () => {
    const dockerfile = "FROM a";
    const { services, notes } = find(
      playedRepository({
        "api/Dockerfile": dockerfile,
        "api/Dockerfile.dev": dockerfile,
        "api/Dockerfile.prod": dockerfile,
        "deploy/nginx/Dockerfile": dockerfile,
        "tests/api/Dockerfile": dockerfile,
        "web/Dockerfile": "# soon",
        "site/Dockerfile.prod": dockerfile,
      }),
    );
    assert.deepEqual(
      services.map(({ name }) => name),
      ["api", "site"],
    );
    assert.deepEqual(notes, [
      "api/Dockerfile.dev: not taken over: development is a stage of a service's own Dockerfile: FROM … AS dev",
      "api/Dockerfile.prod: not taken over: the Dockerfile beside it is",
      "deploy/nginx/Dockerfile: not taken over: Towpath brings PostgreSQL, Redis, object storage and a gateway itself",
      "tests/api/Dockerfile: not taken over: it seems to be for tests, examples or an editor",
      "web/Dockerfile: not taken over: it has no stage",
    ]);
  });

  it("have one port, and a note lists others", () => {
    const { services, notes } = find(playedRepository({ Dockerfile: "FROM a\nEXPOSE 8000 9000" }));
    assert.equal(services[0]?.port, 8000);
    assert.deepEqual(notes, ["Dockerfile: exposes 8000, 9000, and a service has one port; 8000 is taken"]);
  });
});

describe("the variables of a service", () => {
  const files = { "apps/api/Dockerfile": "FROM a", "apps/web/Dockerfile": "FROM a" };
  const variables = (more: Record<string, string>, mentions: Record<string, string[]> = {}): unknown => {
    const { services } = find(playedRepository({ ...files, ...more }, { mentions }));
    return Object.fromEntries(services.map(({ name, variables: its }) => [name, its.map((one) => one.name)]));
  };

  it("are those of the example file in its folder", () => {
    assert.deepEqual(variables({ "apps/api/.env.example": "A=1\n# B=2\nexport C='3'\n" }), {
      api: ["A", "C"],
      web: [],
    });
  });

  it("are those of a common example that its files name, and those that no service's files name", () => {
    assert.deepEqual(
      variables({ ".env.example": "A=1\nB=2\nC=3" }, { "apps/api/x.py": ["A"], "x.md": ["C"] }),
      {
        api: ["A", "B", "C"],
        web: ["B", "C"],
      },
    );
  });

  it("include the connections that its files name, without any example file", () => {
    assert.deepEqual(variables({}, { "apps/api/x.py": ["DATABASE_URL", "OTHER"] }), {
      api: ["DATABASE_URL"],
      web: [],
    });
  });

  it("exclude a server's own ones that nobody names when the connection has another name", () => {
    const example = { ".env.example": "DATABASE_URL=x\nPOSTGRES_PASSWORD=x\nREDIS_PASSWORD=x" };
    assert.deepEqual(variables(example, { "apps/api/x.py": ["DATABASE_URL"] }), {
      api: ["DATABASE_URL", "REDIS_PASSWORD"],
      web: ["REDIS_PASSWORD"],
    });
  });

  it("exclude those of tests", () => {
    assert.deepEqual(variables({ "tests/.env.example": "A=1" }), { api: [], web: [] });
  });

  it("are marked as read from files when its files do so", () => {
    const repository = playedRepository(files, { mentions: { "apps/api/x.py": ["JWT_SECRET_FILE", "A"] } });
    assert.deepEqual([...find(repository).asFiles], ["JWT_SECRET"]);
  });
});

describe("the other facts about a repository", () => {
  it("include the versions in a compose file", () => {
    const compose =
      "services:\n  db:\n    image: postgres:16-alpine\n  cache:\n    image: 'mirror/redis:8'\n";
    assert.deepEqual(find(playedRepository({ "compose.yaml": compose })).versions, {
      postgres: 16,
      redis: 8,
    });
    assert.deepEqual(find(playedRepository({ "docker-compose.dev.yml": "image: a" })).versions, {});
  });

  it("include Alembic's migrations, from the folder of the service that they are in", () => {
    const alembic = (path: string): unknown =>
      find(
        playedRepository({ "api/Dockerfile": "FROM a", "web/Dockerfile": "FROM a", [path]: "" }),
      ).services.map((service) => service.alembic);
    assert.deepEqual(alembic("api/alembic.ini"), ["alembic.ini", undefined]);
    assert.deepEqual(alembic("web/db/alembic.ini"), [undefined, "db/alembic.ini"]);
    assert.deepEqual(alembic("db/alembic.ini"), [undefined, undefined]);
  });
});
