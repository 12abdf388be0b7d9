import assert from "node:assert/strict";
import { explain, type Failure } from "../../../cli/failures.ts";

const container =
  "urn:pulumi:local::towpath::towpath:index:Environment$docker:index/container:Container::notes-local-api";
const image =
  "urn:pulumi:local::towpath::towpath:image:BuiltImage$docker:index/image:Image::notes-local-api-image-build";
const stack = "urn:pulumi:local::towpath::pulumi:pulumi:Stack::towpath-local";

/** Returns the failure of an operation with these errors of the engine. */
function failed(...errors: [message: string, urn?: string][]): Failure {
  const all = [...errors, ["update failed\n"] as [string]];
  return {
    errors: all.map(([message, urn]) => ({ message, severity: "error", ...(urn !== undefined && { urn }) })),
    log: "",
    ending: "exit code 255",
  };
}

/** Returns the failure of a CLI that failed before the engine began. */
function refused(log: string): Failure {
  return { errors: [], log, ending: "exit code 255" };
}

describe("the explanation of a failure", () => {
  it("reports that a port is in use", () => {
    const expected =
      'towpath:port: port 8080 is in use by another program; choose another with "npm run pulumi -- config set towpath:port 8081 --stack local" or stop that program';
    for (const said of [
      "driver failed programming external connectivity on endpoint x (1): Bind for 127.0.0.1:8080 failed: port is already allocated",
      "driver failed: Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use",
      "driver failed: Error starting userland proxy: listen tcp6 [::1]:8080: bind: address already in use",
      "driver failed programming external connectivity on endpoint x (1): Bind for ::1:8080 failed: port is already allocated",
      "Ports are not available: exposing port TCP 0.0.0.0:8080 -> 0.0.0.0:0: listen tcp 0.0.0.0:8080: bind: address already in use",
    ]) {
      assert.equal(explain(failed([said, container])), expected);
    }
  });

  it("reports that there are no addresses left for a network", () => {
    const expected =
      'network: the engine has no addresses left for another one, each environment has its own; remove environments that nobody uses, or give the engine more with "default-address-pools" in /etc/docker/daemon.json and restart it';
    for (const said of [
      "Unable to create network: Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
      "Unable to create network: Error response from daemon: all predefined address pools have been fully subnetted",
    ]) {
      assert.equal(explain(failed([said, container])), expected);
    }
  });

  it("names an image that cannot be pulled, with what to do", () => {
    const expected =
      'image: axllent/mailpit:v9 cannot be pulled, got "manifest for axllent/mailpit:v9 not found: manifest unknown"; check its name and tag, sign in to its registry with docker login where it is private, or set towpath:imageMirror where Docker Hub is out of reach';
    const reason = "manifest for axllent/mailpit:v9 not found: manifest unknown";
    for (const said of [
      `image "axllent/mailpit:v9" is not on this engine and cannot be pulled: Error response from daemon: ${reason}`,
      `image "axllent/mailpit:v9" is not on this engine and cannot be pulled: ${reason}`,
      `image "axllent/mailpit:v9" is not on this engine and cannot be pulled: ${reason}: provider=docker@5.2.0`,
      `Unable to read Docker image into resource: unable to pull image axllent/mailpit:v9: error pulling image axllent/mailpit:v9: Error response from daemon: ${reason}`,
    ]) {
      assert.equal(explain(failed([said, image])), expected);
    }
  });

  it("keeps the engine's message about a port that it does not name", () => {
    assert.equal(
      explain(failed(["port is already allocated", container])),
      "notes-local-api: port is already allocated",
    );
  });

  it("names the data that a plan would have removed", () => {
    const urn =
      "urn:pulumi:production::notes::towpath:data:DataContainer$docker:index/volume:Volume::notes-production-postgres-volume";
    const end =
      'it; it was not touched: take back the change that removes it, or see "What is protected" in docs/data.md';
    const deleted = `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${urn}'\``;
    assert.equal(
      explain(failed([deleted, urn])),
      `notes-production-postgres-volume: users' data is protected, got a plan that would delete ${end}`,
    );
    const replaced = `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, remove the \`protect\` flag from the resource in your Pulumi program and run \`pulumi up\``;
    assert.equal(
      explain(failed([replaced, urn])),
      `notes-production-postgres-volume: users' data is protected, got a plan that would replace ${end}`,
    );
  });

  it("reports that the passphrase is wrong", () => {
    assert.equal(
      explain(
        refused("error: getting stack configuration: get stack secrets manager: incorrect passphrase\n"),
      ),
      "passphrase: it does not open the secrets in the state, got another one than the state was made with; " +
        "put the right one back (in .towpath/passphrase, or PULUMI_CONFIG_PASSPHRASE when you set that), " +
        'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew',
    );
  });

  it("reports that a passphrase is missing", () => {
    assert.equal(
      explain(refused("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or …")),
      "passphrase: a state outside this project needs one that its users share, got none; set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    );
  });

  it("names the holder of the lock", () => {
    assert.equal(
      explain(
        refused(
          "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
            "  s3://b/.pulumi/locks/organization/towpath/staging/1.json: created by ann@desk (pid 7) at 2026-01-02T03:04:05Z",
        ),
      ),
      'state: locked by another run, got ann@desk (process 7) since 2026-01-02 03:04; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes staging"',
    );
    assert.equal(
      explain(refused("error: the stack is currently locked by 1 lock(s).")),
      'state: locked by another run, got one that does not say who it is; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes <stack>"',
    );
  });

  it("reports that a disk is full, and where if that is known", () => {
    const rest =
      'free some ("docker system df" shows what Docker holds, "docker system prune" removes what nothing uses) and run the command again';
    assert.equal(
      explain(failed(["write /var/lib/docker/x: no space left on device", container])),
      `disk: full, got no space for /var/lib/docker/x; ${rest}`,
    );
    assert.equal(
      explain(failed(["error pulling: No space left on device", container])),
      `disk: full; ${rest}`,
    );
    assert.equal(explain(refused("error: saving checkpoint: ENOSPC")), `disk: full; ${rest}`);
  });

  it("reports once that the engine is gone, however many resources noticed", () => {
    const said =
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    assert.equal(
      explain(
        failed([said, container], [said, image], [`error during connect: Get "http://x": EOF`, container]),
      ),
      "docker: the engine stopped answering in the middle of the work; start it and run the command again, which goes on where this run ended",
    );
  });

  it("names the host to which the connection was lost", () => {
    const message =
      "towpath:hosts.app1: the connection was lost in the middle of the work; what serves there goes on. See how the host is with npx towpath host check, and run the command again, which goes on where this run ended";
    for (const said of [
      "Cannot connect to the Docker daemon at unix://.towpath/ssh/notes-staging/app1.sock. Is the docker daemon running?",
      'error during connect: Get "http://.towpath%2Fssh%2Fnotes-staging%2Fapp1.sock/v1.41/containers/json": EOF',
    ]) {
      assert.equal(explain(failed([said, container])), message);
    }
  });

  it("keeps a step's own message, whatever the log lines in it contain", () => {
    const words =
      'migrations: "up" ended with exit code 1, nothing new was started; its last log lines:\n  | ';
    for (const logged of [
      "dd: error writing '/tmp/much': No space left on device",
      "listen tcp4 0.0.0.0:8000: bind: address already in use",
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      "boom: incorrect passphrase",
    ]) {
      const said = `exit status 1: running "node steps/run.mjs migrate":\n${words}${logged}`;
      assert.equal(explain(failed([said, container])), words + logged);
    }
  });

  it("explains the docker client's message to a step", () => {
    const step = 'exit status 1: running "node steps/run.mjs write-secrets":\n';
    assert.equal(
      explain(failed([`${step}docker cp: write /var/lib/docker/x: no space left on device`, container])),
      'disk: full, got no space for /var/lib/docker/x; free some ("docker system df" shows what Docker holds, "docker system prune" removes what nothing uses) and run the command again',
    );
    const unknown = "docker exec: Error response from daemon: container 7 is not running";
    assert.equal(explain(failed([step + unknown, container])), unknown);
  });

  it("shows the message of a step of the release, and not how it was run", () => {
    assert.equal(
      explain(
        failed([
          'error: exit status 1: running "node steps/run.mjs health-gate":\nservices.api: not healthy within 60 s; its last log lines:\n  | boom\n',
          container,
        ]),
      ),
      "services.api: not healthy within 60 s; its last log lines:\n  | boom",
    );
  });

  it("keeps the message of a step without output", () => {
    assert.equal(
      explain(failed(['exit status 1: running "true"', container])),
      'notes-local-api: exit status 1: running "true"',
    );
  });

  for (const [builder, message] of [
    ["BuildKit", "error reading build output: executor failed running [/bin/sh -c npm ci]: exit code: 1"],
    ["newer BuildKit", 'process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'],
    ["the classic builder", "The command '/bin/sh -c npm ci' returned a non-zero code: 1"],
  ] as const) {
    it(`shows a build's own last lines (${builder})`, () => {
      const output = new Map([
        [
          image,
          [
            "Step 3/4 : RUN npm ci\n",
            " ---> Running in 1a2b",
            "npm error 404",
            "[base 1/2] FROM x\nnpm error end",
          ],
        ],
      ]);
      assert.equal(
        explain({ ...failed([message, image]), output, environmentName: "notes-local" }),
        'images.api: does not build, got exit code 1 from "npm ci"; its last lines:\n  | npm error 404\n  | npm error end',
      );
      assert.equal(
        explain({ ...failed([message, image]), environmentName: "notes-local" }),
        'images.api: does not build, got exit code 1 from "npm ci"',
      );
    });
  }

  it("keeps other errors of an image", () => {
    assert.equal(
      explain(failed(["unable to read build context: no such file", image])),
      "notes-local-api-image-build: unable to read build context: no such file",
    );
  });

  it("shows the program's own message unchanged", () => {
    assert.equal(
      explain(failed(['towpath:port: expected a port, got "x"', stack])),
      'towpath:port: expected a port, got "x"',
    );
  });

  it("removes URNs and wrappers", () => {
    assert.equal(
      explain(
        failed([
          `error: 1 error occurred:\n\t* creating ${container}: 1 error occurred:\n\t* Error response from daemon: no such image: x`,
          container,
        ]),
      ),
      "notes-local-api: no such image: x",
    );
    assert.equal(
      explain(failed([`resource ${container} depends on itself`])),
      "resource notes-local-api depends on itself",
    );
  });

  it("reports each reason once", () => {
    assert.equal(explain(failed(["boom", container], ["boom", container])), "notes-local-api: boom");
  });

  it("shows the CLI's output when the engine reported nothing", () => {
    assert.equal(
      explain(refused("Previewing …\nerror: no Pulumi.yaml project file found\n")),
      "no Pulumi.yaml project file found",
    );
    assert.equal(explain(refused("panic: something\n")), "panic: something");
  });

  it("reports how Pulumi ended when nothing else is known", () => {
    assert.equal(
      explain({ errors: [], log: "", ending: "SIGKILL" }),
      "pulumi: ended before its work was done, got SIGKILL; run the command again, which goes on where this run ended",
    );
  });
});
