import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startData, startedDataInWords } from "../../../../cli/commands/start-data.ts";
import { start, startedInWords } from "../../../../cli/commands/start.ts";
import { freePort } from "../../../support/free-port.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const stackUrn = "urn:pulumi:local::towpath::pulumi:pulumi:Stack::towpath-local";
const containerType = "docker:index/container:Container";
const parts = ["postgres", "redis", "api"];

describe("towpath start --only data (002-112)", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  let port: number;
  const progress = recordedProgress();

  beforeEach(async () => {
    machine = new FakeMachine();
    port = await freePort();
    configure({ postgres: port });
    machine.docker("ps", "");
    machine.docker("cp", "");
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  const configure = (ports: object): void => {
    const settings = { "towpath:namespace": "notes-local", "towpath:port": 41234, "towpath:ports": ports };
    machine.write("Pulumi.local.yaml", JSON.stringify({ config: settings }));
  };

  /** Plays an `up` that ends with these outputs. */
  const ends = (outputs: object): void => {
    const metadata = { op: "same", type: "pulumi:pulumi:Stack", urn: stackUrn, new: { outputs } };
    machine.pulumi("up", [
      { resOutputsEvent: { metadata } },
      { summaryEvent: { resourceChanges: { create: 9 } } },
    ]);
  };

  /** An environment that was started whole, of containers in these states. */
  const released = (states: Readonly<Record<string, string>>): void => {
    machine.write(".towpath/passphrase", "secret\n");
    const outputs = { namespace: "notes-local", ports: { postgres: { port, wanted: port } } };
    const resources = [
      { urn: stackUrn, type: "pulumi:pulumi:Stack", outputs },
      { urn: "r", type: "towpath:release:Release" },
      ...parts.map((part) => ({
        ...{ urn: part, type: containerType, id: part },
        outputs: { name: `notes-local-${part}` },
      })),
    ];
    machine.write(
      ".towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
    const release = (part: string): string => (part === "api" ? "r1" : "");
    const listed = Object.entries(states).map(
      ([part, state]) => `${part}\tnotes-local-${part}\t${state}\tUp\t${part}\t${release(part)}\t`,
    );
    machine.docker("ps", listed.join("\n"));
  };

  it("makes them alone, and says how to connect", async () => {
    ends({ namespace: "notes-local", port: 41234, ports: { postgres: { port, wanted: port } } });

    const started = await startData(progress, machine.project);

    const file = join(".towpath", "namespaces", "notes-local", "connections.env");
    assert.deepEqual(
      { ...started, seconds: 0 },
      {
        namespace: "notes-local",
        connections: { postgres: `postgresql://notes_local_app@127.0.0.1:${port}/notes_local` },
        connectionsFile: file,
        seconds: 0,
      },
    );
    assert.equal(statSync(join(machine.root, file)).mode & 0o777, 0o600);
    assert.equal(
      readFileSync(join(machine.root, file), "utf8"),
      `DATABASE_URL=postgresql://notes_local_app:@127.0.0.1:${port}/notes_local\n`,
    );
    assert.equal(
      startedDataInWords(started),
      [
        "backing services  notes-local",
        `port of postgres  postgresql://notes_local_app@127.0.0.1:${port}/notes_local`,
        `passwords         ${file}`,
        "all of it         npm start (takes them over as they are)",
        "stop              npm stop (keeps the data), npm run destroy (removes it)",
      ].join("\n"),
    );
    assert.equal(
      startedDataInWords({ ...started, connections: {}, connectionsFile: null }).split("\n")[1],
      "ports             none; towpath:ports in Pulumi.local.yaml publishes them on 127.0.0.1, for example { postgres: 5433 }",
    );
  });

  it("wakes them where everything was started before, and leaves the rest", async () => {
    released({ postgres: "exited", redis: "running", api: "exited" });

    await startData(progress, machine.project);

    assert.deepEqual(
      machine.calls.filter((call) => !call.startsWith("docker cp")),
      ["docker start postgres"],
    );
  });

  it("is refused where services would lose what they use", async () => {
    released({ redis: "running", api: "running" });
    const refused = (names: string) => ({
      name: "Problem",
      message: `--only data: notes-local has services that use what would be made again, got ${names}; start all of it with npm start`,
    });
    await assert.rejects(startData(progress, machine.project), refused("notes-local-postgres"));
    port = await freePort();
    released({ postgres: "running", redis: "running", api: "running" });
    configure({ postgres: port, redis: await freePort() });
    await assert.rejects(startData(progress, machine.project), refused("notes-local-redis"));
    assert.deepEqual(machine.calls, []);
  });

  it("has its ports in the table of a whole start, too", async () => {
    const outputs = { namespace: "notes-local", port: 41234, url: "u", release: { id: "r", images: {} } };
    ends({ ...outputs, services: {}, ports: { postgres: { port, wanted: 5433 } } });
    assert.match(
      startedInWords(await start(progress, { refresh: false }, machine.project)),
      new RegExp(
        `^port of postgres +postgresql://\\S+:${port}/notes_local \\(in place of 5433, which was taken\\)$`,
        "m",
      ),
    );
  });

  it("refuses a port of something that the application does not have before anything is made", async () => {
    configure({ postgre: 5433 });
    await assert.rejects(startData(progress, machine.project), {
      message:
        'towpath:ports.postgre: the application has no such service or backing service; did you mean "postgres"',
    });
    assert.deepEqual(machine.calls, []);
  });
});
