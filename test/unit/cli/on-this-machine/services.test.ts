import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ServiceRunFolder,
  serviceRuns,
  leftServiceRuns,
} from "../../../../cli/on-this-machine/service-runs.ts";
import { inputsOf, throughTunnels, used } from "../../../../cli/on-this-machine/inputs.ts";
import { inForeground } from "../../../../cli/on-this-machine/foreground.ts";
import { siteWith } from "../../../../cli/on-this-machine/route.ts";
import { accepts, bridgeTo } from "../../../../cli/on-this-machine/tunnel.ts";
import { parseApplication } from "../../../../components/application/parse.ts";
import { notes } from "../../application/notes.ts";

describe("the environment of a service on the machine", () => {
  const inputs = inputsOf({
    environment: ["PATH=/opt", "A=b=c", "LANG=C.UTF-8", "S3_ENDPOINT=http://x-storage:7070", "EMPTY="],
    imageEnvironment: ["PATH=/opt", "LANG=C"],
    secrets: { DATABASE_URL: "postgresql://u:p@x-postgres:5432/u", OTHER: "x-postgres" },
  });
  const [postgres, redis, storage] = [
    { host: "x-postgres", port: 5432 },
    { host: "x-redis", port: 6379 },
    { host: "x-storage", port: 7070 },
  ];

  it("is what its container gets in addition to its image", () => {
    assert.deepEqual(inputs.variables, {
      A: "b=c",
      LANG: "C.UTF-8",
      S3_ENDPOINT: "http://x-storage:7070",
      EMPTY: "",
    });
  });

  it("leads to the backing services that it uses, on ports of this machine", () => {
    assert.deepEqual(used(inputs, [postgres, redis, storage]), [postgres, storage]);
    const tunnels = [
      { server: postgres, port: 30001 },
      { server: storage, port: 30002 },
    ];
    assert.deepEqual(throughTunnels(inputs, tunnels), {
      variables: { ...inputs.variables, S3_ENDPOINT: "http://127.0.0.1:30002" },
      secrets: { DATABASE_URL: "postgresql://u:p@127.0.0.1:30001/u", OTHER: "x-postgres" },
    });
  });
});

describe("the gateway's file with services on the machine", () => {
  it("routes their paths there and all others to the containers", () => {
    const runs = [
      { service: "api", pid: 1, address: "172.18.0.1:40000" },
      { service: "web", pid: 1 },
    ];
    const ports = { api: { port: 8001, wanted: 8001 }, web: { port: 5174, wanted: 5173 } };
    const environment = { application: parseApplication(notes), namespace: "notes-local", ports };
    const site = siteWith(environment, runs);
    assert.deepEqual(site.split("\n").slice(-7), [
      ":8001 {",
      "\treverse_proxy 172.18.0.1:40000",
      "}",
      ":5174 {",
      "\treverse_proxy {file./etc/caddy/sites/notes-local/current/stable/web/0}:8080",
      "}",
      "",
    ]);
    assert.equal(site.split("\n")[0], "# towpath run: api");
    const proxies = [...site.matchAll(/handle (.*) \{\n\t+reverse_proxy (.*)/g)].map(([, ...found]) => found);
    assert.deepEqual(proxies, [
      ["/robots.txt", "{file./etc/caddy/sites/notes-local/current/stable/web/0}:8080"],
      ["/api/*", "172.18.0.1:40000"],
      ["/*", "{file./etc/caddy/sites/notes-local/current/stable/web/0}:8080"],
    ]);
  });
});

describe("the folder of a run", () => {
  const project = { privateFolder: "" };
  /** No process has it: Linux counts to 4,194,304 at most. */
  const dead = 99_999_999;

  beforeEach(() => {
    project.privateFolder = mkdtempSync(join(tmpdir(), "towpath-host-"));
  });
  afterEach(() => {
    rmSync(project.privateFolder, { recursive: true });
  });
  const pathOf = (service: string) => join(project.privateFolder, "namespaces", "n", "host", service);

  it("contains the secrets, readable for nobody else, until it is emptied", () => {
    const folder = ServiceRunFolder.claim(project, "n", "api");
    const variables = folder.writeSecrets({ JWT_SECRET: "secret" });
    assert.deepEqual(variables, { JWT_SECRET_FILE: join(pathOf("api"), "JWT_SECRET") });
    assert.equal(readFileSync(join(pathOf("api"), "JWT_SECRET"), "utf8"), "secret");
    const mode = (path: string) => statSync(path).mode & 0o777;
    assert.deepEqual([mode(pathOf("api")), mode(join(pathOf("api"), "JWT_SECRET"))], [0o700, 0o600]);

    folder.note({ pid: process.pid, address: "a:1" });
    assert.deepEqual(serviceRuns(project, "n"), [{ service: "api", pid: process.pid, address: "a:1" }]);
    folder.empty();
    assert.deepEqual(readdirSync(pathOf("api")), ["run.json"]);
    assert.deepEqual(serviceRuns(project, "n"), [{ service: "api", pid: process.pid }]);
    assert.ok(leftServiceRuns(project, "n"));
    folder.remove();
    assert.ok(!leftServiceRuns(project, "n"));
  });

  it("belongs to one process at a time", () => {
    ServiceRunFolder.claim(project, "n", "api");
    assert.throws(() => ServiceRunFolder.claim(project, "n", "api"), {
      name: "Problem",
      message: `run: api runs on this machine already, by process ${process.pid}; end that one first`,
    });
    ServiceRunFolder.claim(project, "n", "web");
    ServiceRunFolder.claim(project, "other", "api");
  });

  it("is taken over from a process that died, whose secrets are removed", () => {
    ServiceRunFolder.claim(project, "n", "api").note({ pid: dead, address: "a:1" });
    writeFileSync(join(pathOf("api"), "SECRET"), "left");
    mkdirSync(pathOf("web"));
    assert.ok(leftServiceRuns(project, "n"));
    assert.deepEqual(serviceRuns(project, "n"), []);
    assert.ok(!existsSync(pathOf("api")));
    ServiceRunFolder.claim(project, "n", "api");
    assert.deepEqual(serviceRuns(project, "none"), []);
    assert.ok(!leftServiceRuns(project, "none"));
  });
});

describe("a program in the foreground", function () {
  this.timeout(30_000);
  const launch = (script: string, environment = process.env) => ({
    command: [process.execPath, "-e", script],
    folder: tmpdir(),
    environment,
  });

  it("runs with its variables in its folder, and ends with its exit code", async () => {
    const script = "process.exit(process.cwd() === require('fs').realpathSync(process.env.HERE) ? 7 : 1)";
    const code = await inForeground(launch(script, { HERE: tmpdir() }), async (ended) => {
      await once(ended, "abort");
    });
    assert.equal(code, 7);
  });

  it("ends with 1 after a signal, and is killed when what runs beside it fails", async () => {
    assert.equal(
      await inForeground(launch("process.kill(process.pid, 'SIGKILL')"), () => Promise.resolve()),
      1,
    );
    const folder = mkdtempSync(join(tmpdir(), "towpath-foreground-"));
    try {
      const file = join(folder, "pid");
      const script = `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
      const failing = inForeground(launch(script), async () => {
        while (!existsSync(file) || readFileSync(file, "utf8") === "") await new Promise(setImmediate);
        throw new Error("beside");
      });
      await assert.rejects(failing, { message: "beside" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has to exist", async () => {
    const nowhere = { ...launch(""), command: ["no-such-program-here"] };
    await assert.rejects(
      inForeground(nowhere, () => Promise.resolve()),
      {
        name: "Problem",
        message:
          'run: no such command on this machine, got "no-such-program-here"; install it, or give its path',
      },
    );
  });
});

describe("a bridge to a container", () => {
  it("leads to a port of this machine, and closes with its connections", async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    assert.ok(await accepts(port));
    const bridge = await bridgeTo(port, "127.0.0.1");
    const client = connect({ host: "127.0.0.1", port: bridge.port });
    client.write("there and back");
    const [echo] = (await once(client, "data")) as [Buffer];
    assert.equal(echo.toString(), "there and back");
    const closed = once(client, "close");
    await bridge.close();
    await closed;
    server.close();
    await once(server, "close");
    assert.ok(!(await accepts(port)));

    const orphan = await bridgeTo(port, "127.0.0.1");
    const refused = connect({ host: "127.0.0.1", port: orphan.port });
    await once(refused, "close");
    await orphan.close();
  });
});
