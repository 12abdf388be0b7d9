import assert from "node:assert/strict";
import {
  docker,
  listContainers,
  parseContainers,
  rankOf,
  type Container,
} from "../../../../cli/docker/containers.ts";
import { findDrift, viewWholeEngine, type WholeEngineView } from "../../../../cli/drift/engine.ts";
import { startContainers, stopContainers } from "../../../../cli/docker/start-stop.ts";
import { sweep, sweptInWords } from "../../../../cli/docker/sweep.ts";
import type { StateResource } from "../../../../cli/pulumi/state.ts";
import { fakeRun } from "../fake-run.ts";
import { recordedProgress } from "../quiet.ts";

const listed = [
  "1\tn-api-1a\trunning\tUp 2 minutes (healthy)\tapi\tr1\t8000/tcp",
  "2\tn-worker-1a\trunning\tUp 1 second (health: starting)\tworker\tr1\t",
  "3\tn-postgres\texited\tExited (0) 2 seconds ago\tpostgres\t\t",
  "4\tn-gateway\trunning\tUp 2 minutes\tgateway\t\t80/tcp, 127.0.0.1:8080->8080/tcp, [::]:8080->8080/tcp",
].join("\n");
const [api, worker, postgres, gateway] = parseContainers(listed) as [
  Container,
  Container,
  Container,
  Container,
];

describe("the containers of a namespace", () => {
  it("are read from the engine's list", async () => {
    const { run, calls } = fakeRun({ "docker ps": { stdout: `${listed}\n` } });
    const containers = await listContainers(run, "n");
    assert.deepEqual(containers[0], {
      id: "1",
      name: "n-api-1a",
      state: "running",
      part: "api",
      ports: [],
      health: "healthy",
      release: "r1",
    });
    assert.deepEqual(containers[2], {
      id: "3",
      name: "n-postgres",
      state: "exited",
      part: "postgres",
      ports: [],
    });
    assert.deepEqual(containers[3]?.ports, [8080]);
    assert.match(calls[0] ?? "", /--filter label=towpath.namespace=n /);
    assert.deepEqual(containers.map(rankOf), ["workload", "workload", "backing service", "gateway"]);
  });

  it("cannot be read from an engine that refuses", async () => {
    await assert.rejects(
      docker(fakeRun({ "docker ps": { code: 1, stderr: "Cannot connect to the Docker daemon" } }).run, [
        "ps",
      ]),
      {
        message:
          "docker: the engine stopped answering in the middle of the work; start it and run the command again, which goes on where this run ended",
      },
    );
    await assert.rejects(docker(fakeRun({ "docker rm": { code: 1, stderr: "in use\n" } }).run, ["rm", "x"]), {
      message: 'docker: "docker rm" failed, got "in use"',
    });
    await assert.rejects(docker(fakeRun({ "docker rm": { code: 137 } }).run, ["rm"]), {
      message: 'docker: "docker rm" failed, got "exit code 137"',
    });
    await assert.rejects(docker(fakeRun({}).run, ["rm"], 1000), {
      message: 'docker: "docker rm" failed, got "ENOENT"',
    });
  });

  it("are stopped from the gateway to the backing services", async () => {
    const { run, calls } = fakeRun({
      "docker ps": { stdout: listed.replace("exited", "running") },
      "docker stop": {},
    });
    const progress = recordedProgress();
    const stopped = await stopContainers(run, "n", progress);
    assert.deepEqual(calls.slice(1), ["docker stop 4", "docker stop 1 2", "docker stop 3"]);
    assert.equal(stopped.length, 4);
    assert.equal(progress.lines[2], "stopping api, worker …");
  });

  it("are not stopped twice", async () => {
    const { run, calls } = fakeRun({ "docker ps": { stdout: listed.split("\n")[2] ?? "" } });
    assert.deepEqual(await stopContainers(run, "n", recordedProgress()), []);
    assert.equal(calls.length, 1);
  });

  it("are started from the backing services to the gateway, each kind once the previous one is healthy", async () => {
    let looks = 0;
    const { run, calls } = fakeRun({
      "docker ps": () => ({
        stdout: looks++ === 0 ? listed.replace("Exited (0) 2 seconds ago", "Up (health: starting)") : listed,
      }),
      "docker start": {},
    });
    let waits = 0;
    await startContainers(run, "n", [gateway, api, postgres], recordedProgress(), () => {
      waits++;
      return Promise.resolve();
    });
    assert.deepEqual(
      calls.filter((call) => call.startsWith("docker start")),
      ["docker start 3", "docker start 1", "docker start 4"],
    );
    assert.equal(waits, 1);
  });

  it("are not waited for endlessly", async () => {
    const { run } = fakeRun({ "docker ps": { stdout: listed }, "docker start": {} });
    let waited = 0;
    await startContainers(run, "n", [worker], recordedProgress(), (milliseconds) => {
      waited += milliseconds;
      return Promise.resolve();
    });
    assert.equal(waited, 60_000);
  });
});

describe("the difference between state and engine", () => {
  const resource = (type: string, id: string, name?: string): StateResource => ({
    urn: `urn:pulumi:local::towpath::${type}::r`,
    type,
    id,
    ...(name !== undefined && { outputs: { name } }),
  });
  const resources = [
    resource("docker:index/container:Container", "1", "n-api-1a"),
    resource("docker:index/container:Container", "3", "n-postgres"),
    resource("docker:index/network:Network", "net1", "n"),
    resource("docker:index/volume:Volume", "n-postgres", "n-postgres"),
    { urn: "urn:pulumi:local::towpath::towpath:index:Environment::n", type: "towpath:index:Environment" },
  ];
  const engine: WholeEngineView = {
    containers: [api, postgres],
    networks: [{ id: "net1" }],
    volumeNames: new Set(["n-postgres"]),
  };

  it("lists what has stopped", () => {
    assert.deepEqual(findDrift({ resources }, engine), { missing: [], stopped: [postgres] });
  });

  it("lists no copy beside which another one runs or is to run, and never two of them", () => {
    const copy = (id: string, state: string, created: string) => ({
      ...{ id, name: `n-beat-${id}`, state, part: "beat", ports: [], release: "r", created },
      runsAlone: true as const,
    });
    const known = ["1", "2", "3"].map((id) => resource("docker:index/container:Container", id));
    const stoppedOf = (...containers: ReturnType<typeof copy>[]): string[] =>
      findDrift({ resources: known }, { ...engine, containers }).stopped.map(({ id }) => id);
    assert.deepEqual(stoppedOf(copy("1", "exited", "2026-01-01")), ["1"]);
    const three = [copy("2", "exited", "2026-01-02"), copy("1", "exited", "2026-01-01")];
    assert.deepEqual(stoppedOf(...three, copy("3", "created", "2026-01-03")), ["1"]);
    assert.deepEqual(stoppedOf(...three, copy("3", "running", "2026-01-03")), []);
  });

  it("lists what is missing, by name", () => {
    const empty: WholeEngineView = { containers: [], networks: [], volumeNames: new Set() };
    assert.deepEqual(findDrift({ resources }, empty).missing, ["n-api-1a", "n-postgres", "n", "n-postgres"]);
    assert.deepEqual(
      findDrift({ resources: [resource("docker:index/container:Container", "9")] }, empty).missing,
      ["9"],
    );
  });

  it("is read from the engine with three questions", async () => {
    const { run, calls } = fakeRun({
      "docker ps": { stdout: listed },
      "docker network ls": { stdout: "net1\t\nnet2\tmark\n" },
      "docker volume ls": { stdout: "a\nb\n" },
    });
    const view = await viewWholeEngine(run, "n");
    assert.deepEqual(
      [view.containers.length, view.networks, [...view.volumeNames]],
      [4, [{ id: "net1" }, { id: "net2", run: "mark" }], ["a", "b"]],
    );
    assert.equal(calls.length, 3);
  });
});

describe("the removal of leftovers", () => {
  it("covers what carries the namespace's label, and its images by name", async () => {
    const { run, calls } = fakeRun({
      docker: {},
      "docker ps": { stdout: "n-api-1a\n" },
      "docker volume ls": { stdout: "n-postgres\n" },
      "docker network ls": { stdout: "n\n" },
      "docker image ls": { stdout: "n-api:latest\nn-api:<none>\n" },
    });
    const swept = await sweep(run, "n", ["n-api"]);
    assert.deepEqual(swept, {
      containers: ["n-api-1a"],
      volumes: ["n-postgres"],
      networks: ["n"],
      images: ["n-api:latest"],
    });
    assert.deepEqual(
      calls.filter((call) => call.includes(" rm ")),
      [
        "docker rm --force --volumes n-api-1a",
        "docker volume rm --force n-postgres",
        "docker network rm n",
        "docker image rm --force n-api:latest",
      ],
    );
    assert.equal(
      sweptInWords(swept),
      "removed what was left: containers n-api-1a; volumes n-postgres; networks n; images n-api:latest",
    );
  });

  it("goes on where somebody else removes a container, too, and the engine lags behind", async () => {
    const containers = ["n-api-1a\n", ""];
    const said = [{ code: 1, stderr: "network n has active endpoints" }, {}];
    const { run, calls } = fakeRun({
      docker: {},
      "docker ps": () => ({ stdout: containers.shift() ?? "" }),
      "docker rm": { code: 1, stderr: "removal of container n-api-1a is already in progress" },
      "docker network ls": { stdout: "n\n" },
      "docker network rm": () => said.shift() ?? {},
    });
    const swept = await sweep(run, "n", []);
    assert.deepEqual([swept.containers, swept.networks], [["n-api-1a"], ["n"]]);
    assert.equal(calls.filter((call) => call === "docker network rm n").length, 2);
  });

  it("ends with the engine's words for what cannot be removed", async () => {
    const { run } = fakeRun({
      docker: {},
      "docker network ls": { stdout: "n\n" },
      "docker network rm": { code: 1, stderr: "network n has active endpoints" },
    });
    await assert.rejects(sweep(run, "n", [], 300), { message: /network n has active endpoints/ });
  });

  it("does nothing when there is nothing", async () => {
    const { run, calls } = fakeRun({ docker: {} });
    const swept = await sweep(run, "n", []);
    assert.equal(sweptInWords(swept), undefined);
    assert.equal(calls.length, 3);
  });
});
