import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { start, startedInWords } from "../../../../cli/commands/start.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const environment = "urn:pulumi:local::towpath::towpath:index:Environment";
const stackUrn = "urn:pulumi:local::towpath::pulumi:pulumi:Stack::towpath-local";
const outputs = {
  url: "http://localhost:41234",
  namespace: "notes-local",
  port: 41234,
  release: { id: "abc123", images: { api: "sha256:abc" } },
  services: {
    api: { container: "notes-local-api-1a" },
    web: { container: "notes-local-web-1a" },
    worker: { container: "gone" },
  },
};
const image = {
  op: "create",
  type: "docker:index/image:Image",
  urn: `${environment}$docker:index/image:Image::notes-local-api-image-build`,
};
const succeeding = [
  { preludeEvent: {} },
  {
    resourcePreEvent: {
      metadata: { op: "same", type: "towpath:index:Environment", urn: `${environment}::notes-local` },
    },
  },
  { resourcePreEvent: { metadata: image } },
  { diagnosticEvent: { urn: image.urn, severity: "info", message: "<{%reset%}>RUN npm ci<{%reset%}>\n" } },
  { diagnosticEvent: { severity: "debug", message: "x" } },
  { resOutputsEvent: { metadata: image } },
  {
    resOutputsEvent: {
      metadata: { op: "same", type: "pulumi:pulumi:Stack", urn: stackUrn, new: { outputs } },
    },
  },
  { summaryEvent: { resourceChanges: { same: 3, create: 1 } } },
];
const containerType = "docker:index/container:Container";
const containerUrn = `${environment}$${containerType}`;
const up = "pulumi up --stack local --yes --skip-preview --non-interactive --color never --json";
const containers = [
  "1\tnotes-local-api-1a\trunning\tUp 2 minutes (healthy)\tapi\tr1\t",
  "2\tnotes-local-web-1a\trunning\tUp 1 second (health: starting)\tweb\tr1\t",
].join("\n");

describe("towpath", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  const progress = recordedProgress();

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write("Pulumi.local.yaml", "config:\n  towpath:namespace: notes-local\n  towpath:port: 41234\n");
    machine.docker("ps", "");
    serves(containers);
    machine.pulumi("up", succeeding);
    progress.lines.length = 0;
  });
  afterEach(() => {
    machine.remove();
  });

  /** Plays the containers that run once it is started. */
  function serves(listed: string): void {
    machine.write("serving", listed);
    machine.pulumiDoes("up", "cp serving answers/docker-ps");
  }
  /** A stack that was started before. */
  function withState(
    latest: object = {
      resources: [
        { urn: stackUrn, type: "pulumi:pulumi:Stack", outputs },
        ...["1", "2"].map((id) => ({ urn: `${containerUrn}::${id}`, type: containerType, id })),
      ],
    },
  ): void {
    machine.write(".towpath/passphrase", "secret\n");
    machine.write(
      ".towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json",
      JSON.stringify({ checkpoint: { latest } }),
    );
  }
  const begin = (refresh = false) => start(progress, { refresh }, machine.project);

  describe("start", () => {
    it("waits for a copy that failed while a service that it needs was gone", async () => {
      serves(containers.replace("(healthy)", "(unhealthy)"));
      const waiting = "waiting for api to be healthy again …";
      const starting = begin();
      while (!progress.lines.includes(waiting)) await setTimeout(20);
      machine.docker("ps", containers);

      const { services } = await starting;

      assert.equal(services.api?.health, "healthy");
      assert.deepEqual(progress.lines.slice(-2), [waiting, "waiting for api to be healthy again done"]);
    });

    it("makes nothing on an engine whose disk is full, and does not ask when something is there already", async () => {
      machine.diskWith(1000);
      await assert.rejects(begin(), {
        name: "Problem",
        message:
          "docker: 1 GiB have to be free in /var/lib/docker, got 0 MiB; see there what takes the space with docker system df, remove old images with docker image prune --all, or add space",
      });
      assert.deepEqual(machine.calls, []);
      withState();
      await begin();
    });

    it("makes the stack, runs it, and shows what runs", async () => {
      const started = await begin();
      assert.deepEqual(machine.calls, [
        "pulumi stack init local --no-select --non-interactive --color never",
        up,
      ]);
      assert.deepEqual(progress.lines, [
        "providing state …",
        "providing state done",
        "building image api …",
        "building image api: RUN npm ci",
        "building image api done",
      ]);
      assert.ok(started.seconds >= 0);
      assert.deepEqual(
        { ...started, seconds: 0 },
        {
          ...outputs,
          services: {
            api: { container: "notes-local-api-1a", health: "healthy" },
            web: { container: "notes-local-web-1a", health: "healthy" },
            worker: { container: "gone", health: "gone" },
          },
          reload: ["api", "worker", "web"],
          changes: { same: 3, create: 1 },
          connections: {},
          connectionsFile: null,
          seconds: 0,
        },
      );
      assert.equal(
        startedInWords(started),
        [
          "address  http://localhost:41234",
          "api      healthy (notes-local-api-1a)",
          "web      healthy (notes-local-web-1a)",
          "worker   gone (gone)",
          "release  abc123",
          "reload   api, worker, web (an edit is served at once)",
          "logs     npx towpath logs -f",
          "stop     npm stop (keeps the data), npm run destroy (removes it)",
          "url: http://localhost:41234",
        ].join("\n"),
      );
    });

    it("reports how often a service that keeps ending was started again", async () => {
      const restarted = `1 /notes-local-api-1a running 3 ${new Date().toISOString()}\n`;
      machine.docker("container", restarted, 1);
      const started = await begin();
      assert.equal(started.services.api?.health, "restarting (3 times)");
      assert.match(startedInWords(started), /^api +restarting \(3 times\) \(notes-local-api-1a\)$/m);
    });

    it("refreshes the resources first only on request, or when something is missing", async () => {
      withState();
      machine.docker("ps", containers);
      await begin();
      assert.deepEqual(machine.calls, [up]);
      await begin(true);
      assert.equal(machine.calls.at(-1), `${up} --refresh`);
      withState({
        resources: [
          {
            urn: `${containerUrn}::x`,
            type: containerType,
            id: "9",
            outputs: { name: "notes-local-redis" },
          },
        ],
      });
      machine.docker("ps", "");
      await begin();
      assert.equal(machine.calls.at(-1), `${up} --refresh`);
      assert.ok(progress.lines.includes("missing on the engine: notes-local-redis"));
    });

    it("refreshes all resources in one step", async () => {
      const looked = (name: string) => ({
        resourcePreEvent: {
          metadata: { op: "refresh", type: "x:y:Z", urn: `${environment}$x:y:Z::${name}` },
        },
      });
      machine.pulumi("up", [looked("a"), looked("b"), ...succeeding]);
      await begin(true);
      assert.deepEqual(
        progress.lines.filter((line) => line.startsWith("looking")),
        ["looking at every resource …", "looking at every resource done"],
      );
    });

    it("says first which volume goes where Redis is a cache by now", async () => {
      const volume = {
        urn: "v",
        type: "docker:index/volume:Volume",
        id: "v",
        outputs: { name: "notes-local-redis" },
      };
      withState({ resources: [volume] });
      const going =
        "redis.persistent: it is false now, and the volume notes-local-redis is removed with what is in it";
      await begin();
      assert.ok(!progress.lines.includes(going));
      machine.docker("ps", "");
      const { application } = machine.project;
      const cache = { ...application, redis: { version: 7 as const, persistent: false } };
      await start(progress, { refresh: false }, { ...machine.project, application: cache });
      assert.equal(progress.lines.filter((line) => line === going).length, 1);
    });

    it("starts again what was stopped", async () => {
      const api = { urn: `${containerUrn}::x`, type: containerType, id: "1" };
      withState({ resources: [api] });
      machine.docker("ps", "1\tnotes-local-api-1a\texited\tExited (0)\tapi\tr1\t");
      await begin();
      assert.deepEqual(machine.calls, ["docker start 1", up]);
    });

    describe("after a run that was killed", () => {
      const mark = "0123456789abcdef me@desk 2026-01-02 03:04 file:///notes/.towpath/state";
      const begun = (name: string, inputs: object, type = containerType): object => ({
        type: "creating",
        resource: { urn: `${environment}$${type}::${name}`, type, inputs },
      });
      const refresh = up.replace("up", "refresh");
      const words =
        "an earlier run was killed in the middle of: creating notes-local-api, creating notes-local-redis, creating notes-local-network";
      const marked = { labels: [{ label: "towpath.run", value: mark }] };
      const gateway = `3\tnotes-local-redis\trunning\tUp\tredis\t\t\t${mark}\t2026-01-02 03:04:05 +0000 UTC`;

      beforeEach(() => {
        withState({
          resources: [],
          pending_operations: [
            begun("notes-local-api", { name: "notes-local-api-1a" }),
            begun("notes-local-redis", { name: "notes-local-redis", ...marked }),
            begun("notes-local-network", { name: "notes-local", ...marked }, "docker:index/network:Network"),
          ],
        });
        machine.docker("ps", [containers.split("\n")[0], gateway].join("\n"));
        machine.docker("network", `net1\t${mark}\nnet2\t\n`);
      });

      it("removes what that run had begun, once Pulumi's lock shows that it is over", async () => {
        machine.write("answers/docker-rm.sh", `rm "${machine.root}/answers/docker-ps"`);
        await begin();
        assert.deepEqual(machine.calls, [
          refresh,
          "docker rm --force 1 3",
          "docker network rm net1",
          `${refresh} --clear-pending-creates`,
          up,
        ]);
        assert.equal(
          progress.lines[0],
          `${words}; removing what it left: notes-local-api-1a, notes-local-redis`,
        );
      });

      it("removes nothing while another run has the lock", async () => {
        machine.pulumi("refresh", [{ diagnosticEvent: { severity: "error", message: "boom" } }], 255);
        await assert.rejects(begin(), { name: "Problem", message: "boom" });
        assert.deepEqual(machine.calls, [refresh]);
      });

      it("removes nothing that has been added to the state meanwhile", async () => {
        machine.pulumiDoes(
          "refresh",
          `state=.towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json
          sed -i 's|"resources":\\[\\]|"resources":[{"urn":"u","type":"${containerType}","id":"3"},{"urn":"n","type":"n","id":"net1"}]|' $state`,
        );
        await begin();
        assert.deepEqual(machine.calls, [
          refresh,
          "docker rm --force 1",
          `${refresh} --clear-pending-creates`,
          up,
        ]);
      });

      it("refuses a namespace with resources of another state, before it changes anything", async () => {
        // The same fixed name, made by another run; and a copy that this state's runs had never begun.
        machine.docker("ps", [containers.split("\n")[1], gateway.replace("0123", "ffff")].join("\n"));
        await assert.rejects(begin(), {
          name: "Problem",
          message:
            "towpath:namespace: notes-local on this machine's engine holds containers that this state does not know, got notes-local-web-1a, notes-local-redis, made by me@desk on 2026-01-02 03:04 with the state file:///notes/.towpath/state; go on with that state or its newest copy, choose another namespace, or give them up: TOWPATH_TAKE_OVER=notes-local removes these containers, and no volume",
        });
        assert.deepEqual(machine.calls, []);
      });

      it("refuses resources without a mark, too", async () => {
        machine.docker("ps", "3\tnotes-local-redis\trunning\tUp\tredis\t\t\t\t2026-01-02 03:04:05 +0000 UTC");
        await assert.rejects(begin(), {
          message:
            "towpath:namespace: notes-local on this machine's engine holds containers that this state does not know, got notes-local-redis, made on 2026-01-02 03:04 by a state that they do not name; go on with that state or its newest copy, choose another namespace, or give them up: TOWPATH_TAKE_OVER=notes-local removes these containers, and no volume",
        });
        assert.deepEqual(machine.calls, []);
      });
    });

    it("takes a namespace over on request", async () => {
      machine.docker("ps", containers);
      machine.docker("network", "net1\t\n");
      machine.write("answers/docker-rm.sh", `rm "${machine.root}/answers/docker-ps"`);
      process.env.TOWPATH_TAKE_OVER = "notes-local-other";
      await assert.rejects(begin(), /this state does not know/);
      assert.deepEqual(machine.calls, []);
      process.env.TOWPATH_TAKE_OVER = "notes-local";
      await begin();
      assert.deepEqual(machine.calls, [
        "docker rm --force 1 2",
        "docker network rm net1",
        "pulumi stack init local --no-select --non-interactive --color never",
        up,
      ]);
      assert.ok(
        progress.lines.includes(
          "TOWPATH_TAKE_OVER: removing notes-local-api-1a, notes-local-web-1a from this machine's engine",
        ),
      );
    });

    it("shows Pulumi's error", async () => {
      machine.pulumi(
        "up",
        [
          ...succeeding.slice(0, 4),
          { resOpFailedEvent: { metadata: image } },
          { resourcePreEvent: { metadata: image } },
          { diagnosticEvent: { severity: "error", message: "towpath:port: bad" } },
        ],
        255,
      );
      await assert.rejects(begin(), { name: "Problem", message: "towpath:port: bad" });
      assert.equal(progress.lines.filter((line) => line === "building image api failed").length, 2);
      withState();
      machine.pulumi("up", [], 255, "error: incorrect passphrase\n");
      await assert.rejects(begin(), { message: /^passphrase: / });
    });

    it("finds that the port is taken before it changes anything", async () => {
      const server = createServer();
      await once(server.listen(41234, "127.0.0.1"), "listening");
      try {
        await assert.rejects(begin(), {
          message:
            'towpath:port: port 41234 is in use by another program; choose another with "npm run pulumi -- config set towpath:port 41235 --stack local" or stop that program',
        });
        assert.equal(machine.calls.length, 0);
        withState({ resources: [{ urn: `${containerUrn}::gateway`, type: containerType, id: "3" }] });
        machine.docker("ps", `3\tnotes-local-gateway\trunning\tUp\tgateway\t\t127.0.0.1:41234->8080/tcp`);
        await begin();
        assert.equal(machine.calls.at(-1), up);
      } finally {
        server.close();
      }
    });

    it("knows its own gateway also when the engine starts it only after an interrupted run has ended", async () => {
      const server = createServer();
      await once(server.listen(41234, "127.0.0.1"), "listening");
      const listed = (ports: string): void => {
        machine.docker("ps", `3\tnotes-local-gateway\tcreated\tCreated\tgateway\t\t${ports}`);
      };
      try {
        withState({ resources: [{ urn: `${containerUrn}::gateway`, type: containerType, id: "3" }] });
        listed("");
        void setTimeout(300).then(() => {
          listed("127.0.0.1:41234->8080/tcp");
        });
        await begin();
        assert.equal(machine.calls.at(-1), up);
      } finally {
        server.close();
      }
    });

    it("mounts no source on another machine, and changes nothing there", async () => {
      machine.docker("context", "ssh://app1.example.com");
      await assert.rejects(begin(), {
        name: "Problem",
        message:
          'towpath:reload: the source can only be mounted by an engine on this machine, got ssh://app1.example.com; build images as they are released with "npm run pulumi -- config set towpath:reload false --stack local"',
      });
      assert.deepEqual(machine.calls, []);
      machine.write(
        "Pulumi.local.yaml",
        "config:\n  towpath:namespace: notes-local\n  towpath:port: 41234\n  towpath:reload: false\n",
      );
      assert.deepEqual((await begin()).reload, []);
    });

    it("refuses unusable settings before anything else", async () => {
      machine.write("Pulumi.local.yaml", "config:\n  towpath:prot: 1\n");
      await assert.rejects(begin(), { name: "InputError", message: /^towpath:prot: / });
    });
  });

  it("start leaves no file with its events, whose debug messages have secrets in the clear", async () => {
    await begin();
    assert.deepEqual(readdirSync(join(machine.root, ".towpath/namespaces/notes-local/logs")), [
      "local-up.log",
    ]);
  });
});
