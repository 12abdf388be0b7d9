import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runService } from "../../../../cli/commands/run.ts";
import { FakeMachine } from "../fake-machine.ts";
import { freePort } from "../../../support/free-port.ts";
import { recordedProgress } from "../quiet.ts";

const containers = [
  "1\tnotes-local-api-1a\trunning\tUp 2 minutes (healthy)\tapi\tr1\t",
  "2\tnotes-local-worker-1a\trunning\tUp 2 minutes (healthy)\tworker\tr1\t",
  "3\tnotes-local-postgres\trunning\tUp 2 minutes\tpostgres\t\t",
  "4\tnotes-local-gateway\trunning\tUp 2 minutes\tgateway\t\t",
];

/** A service on the machine; that the tunnels and the gateway's route work, test/e2e/reload proves. */
describe("the command run", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.docker("ps", containers.join("\n"));
    const environment = ["TOWPATH_ENVIRONMENT=local", "S3_ENDPOINT=http://notes-local-object-storage:7070"];
    machine.docker("inspect", JSON.stringify([{ Image: "sha256:1", Config: { Env: environment } }]));
    machine.docker("exec", "text\0release");
    machine.docker("network", "127.0.0.1\n");
    machine.write("app/api/Dockerfile", "");
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });
  const runs = (service: string, script: string, port?: number) =>
    runService({ service, command: [process.execPath, "-e", script], port }, progress, machine.project);
  const refused = async (message: string, service = "api", port?: number): Promise<void> => {
    await assert.rejects(runs(service, "", port), { name: "Problem", message });
    assert.ok(!existsSync(join(machine.root, ".towpath/namespaces/notes-local/host")));
  };

  it("refuses a service that the application does not have", async () => {
    await refused('run: no such service, got "apo"; did you mean "api"', "apo");
    await refused('run: no such service, got "postgres"; known are api, web, worker', "postgres");
  });

  it("requires the other containers", async () => {
    const message =
      'run: the service needs the other containers of notes-local, got none that run; start them with "npm start"';
    for (const there of [[], containers.slice(1), containers.slice(0, 3)]) {
      machine.docker("ps", there.join("\n"));
      await refused(message);
    }
    machine.docker("ps", containers.join("\n").replace("postgres\trunning", "postgres\texited"));
    await refused(message);
  });

  it("requires a free port for a service that has one", async () => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as { port: number };
    try {
      await refused(
        `run: port ${port} is in use by another program; choose another with --port ${port + 1}, and let the command listen there`,
        "api",
        port,
      );
    } finally {
      server.close();
    }
  });

  it("stops the container of a service without routes meanwhile", async () => {
    assert.equal(await runs("worker", "process.exit(3)"), 3);
    const calls = machine.calls.filter((call) => /docker (stop|start)/.test(call));
    assert.deepEqual(calls, ["docker stop notes-local-worker-1a", "docker start notes-local-worker-1a"]);
    assert.deepEqual(progress.lines, ["worker: runs on this machine, in app/api; Ctrl+C ends it"]);
  });

  it("lets the gateway send requests to it once it accepts them", async () => {
    const script = [
      "const server = require('net').createServer((socket) => { socket.end(); connections += 1; });",
      "let connections = 0;",
      "server.listen(Number(process.env.PORT), '127.0.0.1');",
      // It ends when the gateway was told: the route is written to the fake docker's list of calls.
      `setInterval(() => require('fs').readFileSync(${JSON.stringify(join(machine.root, "calls"))}, 'utf8').includes('caddy reload') && process.exit(connections > 0 ? 0 : 1), 50);`,
    ].join("\n");
    assert.equal(await runs("api", script, await freePort()), 0);
    assert.deepEqual(progress.lines, [
      "api: runs on this machine, in app/api; Ctrl+C ends it",
      "api: the gateway sends it /api/* now",
    ]);
    // Once to send requests here, once to send them to the container again.
    assert.equal(machine.calls.filter((call) => call.includes("caddy reload")).length, 2);
    assert.ok(!existsSync(join(machine.root, ".towpath/namespaces/notes-local/host/api")));
  });

  it("reports when the gateway cannot be switched back, and leaves that to the next start", async () => {
    machine.docker("exec", "", 1);
    assert.equal(await runs("worker", ""), 0);
    assert.equal(
      progress.lines.at(-1),
      'worker: the gateway cannot be told that it is gone; the next "npm start" tells it',
    );
    assert.ok(existsSync(join(machine.root, ".towpath/namespaces/notes-local/host/worker/run.json")));
  });
});
