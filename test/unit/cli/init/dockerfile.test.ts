import assert from "node:assert/strict";
import { readDockerfile } from "../../../../cli/init/dockerfile.ts";

/** The facts of a Dockerfile with one stage, but for what it copies. */
function factsOf(...lines: string[]): object | undefined {
  const { sources, ...facts } = readDockerfile(["FROM a", ...lines].join("\n")) ?? { sources: [] };
  assert.deepEqual(sources, []);
  return facts;
}

describe("a Dockerfile's ports", () => {
  it("are those over TCP, with variables replaced by their values", () => {
    assert.deepEqual(factsOf("EXPOSE 8000"), { ports: [8000] });
    assert.deepEqual(factsOf("EXPOSE 53/udp 80/tcp", "EXPOSE 443 80"), { ports: [80, 443] });
    assert.deepEqual(factsOf('ENV HOST=a PORT="8000"', "EXPOSE $PORT"), { ports: [8000] });
    assert.deepEqual(factsOf("ARG PORT=3000", "EXPOSE ${PORT}/tcp"), { ports: [3000] });
    assert.deepEqual(factsOf("ENV PORT 3000", "EXPOSE ${PORT}"), { ports: [3000] });
    assert.deepEqual(factsOf("EXPOSE ${PORT:-5000}"), { ports: [5000] });
    assert.deepEqual(factsOf("EXPOSE $PORT", "EXPOSE 0 99999"), { ports: [] });
  });

  it("are those of the shipped stage and of the stages that it is based on", () => {
    const facts = readDockerfile(
      ["FROM x AS base", "EXPOSE 1", "FROM base AS build", "EXPOSE 2", "FROM base", "EXPOSE 3"].join("\n"),
    );
    assert.deepEqual(facts?.ports, [1, 3]);
  });
});

describe("a Dockerfile's health check", () => {
  const healthOf = (check: string): unknown => {
    const { health, ports } = factsOf("ENV PORT=8000", "EXPOSE 8000", `HEALTHCHECK ${check}`) as {
      health?: unknown;
      ports: number[];
    };
    assert.deepEqual(ports, [8000]);
    return health;
  };

  it("is a path when it asks the service's own port for one", () => {
    for (const check of [
      "CMD curl -f http://localhost:8000/health || exit 1",
      "--interval=5s --timeout=3s CMD wget -q --spider http://127.0.0.1:8000/health",
      'CMD ["curl", "-f", "http://0.0.0.0:8000/health"]',
      'CMD curl "http://localhost:${PORT}/health"',
      "CMD curl http://[::1]:$PORT/health;",
      "CMD node -e \"fetch('http://localhost:8000/health')\"",
      "\\\n  CMD curl http://localhost:8000/health",
    ])
      assert.deepEqual(healthOf(check), { path: "/health" }, check);
    assert.deepEqual(healthOf("CMD curl http://localhost:8000"), { path: "/" });
  });

  it("is its command otherwise", () => {
    assert.deepEqual(healthOf('CMD ["python", "-m", "notes.probe"]'), {
      command: ["python", "-m", "notes.probe"],
    });
    for (const command of [
      "pg_isready || exit 1",
      "curl http://localhost:9000/health",
      "curl https://localhost:8000/health",
      "curl http://example.com/health",
    ])
      assert.deepEqual(healthOf(`CMD ${command}`), { command: ["sh", "-c", command] });
  });

  it("is none when the image has none", () => {
    assert.equal(healthOf("NONE"), undefined);
    assert.deepEqual(factsOf("HEALTHCHECK CMD curl http://localhost/up", "HEALTHCHECK NONE"), { ports: [] });
  });

  it("determines the port when nothing else does", () => {
    const path = { health: { path: "/up" } };
    assert.deepEqual(factsOf("HEALTHCHECK CMD curl http://localhost:9000/up"), { ports: [9000], ...path });
    assert.deepEqual(factsOf("HEALTHCHECK CMD curl http://localhost/up"), { ports: [80], ...path });
    assert.deepEqual(factsOf("HEALTHCHECK CMD curl http://localhost:$PORT/up"), { ports: [], ...path });
  });
});

describe("a Dockerfile's stages", () => {
  const stages = (...lines: string[]): unknown => {
    const { target, devTarget } = readDockerfile(lines.join("\n")) ?? {};
    return [target, devTarget];
  };

  it("include one for development when it has a command of its own", () => {
    assert.deepEqual(stages("FROM a AS dev", "CMD x", "FROM a"), [undefined, "dev"]);
    assert.deepEqual(stages("FROM a AS base", "CMD x", "FROM base AS development", "FROM a"), [
      undefined,
      "development",
    ]);
    assert.deepEqual(stages("FROM a AS dev", "FROM a", "CMD x"), [undefined, undefined]);
  });

  it("include none for development when that one listens on another port", () => {
    assert.deepEqual(stages("FROM a AS dev", "CMD x", "EXPOSE 5173", "FROM a", "EXPOSE 80"), [
      undefined,
      undefined,
    ]);
  });

  it("are shipped up to the last one that is not for development or tests", () => {
    assert.deepEqual(stages("FROM a AS Production", "FROM a AS test", "FROM a AS dev", "CMD x"), [
      "production",
      "dev",
    ]);
    assert.deepEqual(stages("FROM a AS dev", "CMD x"), [undefined, "dev"]);
  });

  it("are unknown in a file that is no Dockerfile", () => {
    assert.equal(readDockerfile("# nothing yet\nARG A=1"), undefined);
  });
});

describe("the files that a Dockerfile copies", () => {
  it("are those from its context that can be known", () => {
    const text = [
      "FROM a AS build",
      "COPY --chown=1:1 package.json package-*.json ./",
      'COPY ["my file", "/x/"]',
      "ADD https://example.com/x /x",
      "ADD $SOURCE /x",
      "FROM a",
      "COPY --from=build /app /app",
      "COPY <<EOF /etc/x",
      "text",
      "EOF",
      "COPY . .",
    ];
    assert.deepEqual(readDockerfile(text.join("\n"))?.sources, [
      "package.json",
      "package-*.json",
      "my file",
      ".",
    ]);
  });
});
