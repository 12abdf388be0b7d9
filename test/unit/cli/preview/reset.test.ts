/** Making the data of a preview new. That it is, is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reset, resetInWords, resettingSteps, type Reset } from "../../../../cli/preview/reset.ts";
import { releaseIn, type ReleaseStep } from "../../../../cli/pulumi/steps.ts";
import type { ResetDataInput } from "../../../../components/contract/reset-data.ts";
import { namesOf } from "../../../../components/naming/names.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const gate = (subject: string, container: string): ReleaseStep => ({
  program: "health-gate",
  input: { subject, container, timeoutSeconds: 60 },
});
const postgres = gate("postgres", "notes-pr-12-postgres");
const redis = gate("redis", "notes-pr-12-redis");
const owner: ReleaseStep = { program: "create-owner", input: { role: "notes_pr_12_app" } };
const buckets: ReleaseStep = {
  program: "create-buckets",
  input: { target: { host: "notes-pr-12-object-storage" }, buckets: ["notes-pr-12-files"] },
};
const migrate: ReleaseStep = { program: "migrate", input: { command: ["alembic", "upgrade", "head"] } };
const seed: ReleaseStep = { program: "seed", input: { command: ["python", "-m", "notes.seed"] } };
const api = gate("services.api", "notes-pr-12-api-1234567");

/** The state as `pulumi stack export --show-secrets` prints it. */
function exported(...steps: readonly ReleaseStep[]): string {
  const resources = steps.map(({ program, input }) => ({
    urn: "",
    type: "command:local:Command",
    inputs: {
      create: `node ./steps/run.mjs ${program}`,
      stdin: { "4dabf18193072939515e22adb298388d": "", plaintext: JSON.stringify(JSON.stringify(input)) },
    },
  }));
  const others = [
    { urn: "", type: "pulumi:pulumi:Stack" },
    { urn: "", type: "command:local:Command", inputs: { create: "node steps/run.mjs seed" }, delete: true },
  ];
  return JSON.stringify({ deployment: { resources: [...resources, ...others] } });
}

describe("a reset of a preview", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.ofPreview(machine, "notes-pr-12");
    released(postgres, owner, redis, buckets, migrate, seed, api);
    machine.write(
      "steps/run.mjs",
      `import { appendFileSync } from "node:fs";
       import { text } from "node:stream/consumers";
       const input = JSON.parse(await text(process.stdin));
       appendFileSync("calls", \`\${process.argv[2]} \${input.subject ?? input.command?.join(" ") ?? JSON.stringify(input)}\\n\`);
       console.log("{}");`,
    );
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  function released(...steps: readonly ReleaseStep[]): void {
    machine.write("answers/pulumi-stack", exported(...steps));
  }
  function resetting(preview = "12", manner = { yes: true }): Promise<Reset> {
    return reset(preview, { ask: undefined, ...manner }, recordedProgress(), machine.project);
  }
  /** What was done on the host. */
  function done(): readonly string[] {
    return existsSync(join(machine.root, "calls"))
      ? machine.calls.filter((call) => !call.startsWith("pulumi"))
      : [];
  }

  it("stops the services, makes the data new by the steps of the release that runs, and starts them", async () => {
    const { stack, seconds } = await resetting();
    assert.match(resetInWords({ stack, seconds }), /^pr-12: its data is as new, in [0-9.]+ s$/);
    assert.deepEqual(done(), [
      "docker start notes-pr-12-postgres notes-pr-12-redis",
      "health-gate postgres",
      "health-gate redis",
      "docker stop notes-pr-12-api-1234567",
      'reset-data {"database":{"container":"notes-pr-12-postgres","administrator":"notes_pr_12","name":"notes_pr_12","owner":"notes_pr_12_app"},' +
        '"redis":"notes-pr-12-redis","storage":{"container":"notes-pr-12-object-storage","buckets":["notes-pr-12-files"]}}',
      "migrate alembic upgrade head",
      "seed python -m notes.seed",
      "docker start notes-pr-12-api-1234567",
      "health-gate services.api",
    ]);
    const calls = readFileSync(join(machine.root, "calls"), "utf8");
    assert.match(calls, /^pulumi stack export --stack pr-12 --show-secrets --non-interactive$/m);
  });

  it("runs the release's jobs again, each at its time", async () => {
    const job = (runs: string): ReleaseStep => ({
      program: "release-job",
      input: { job: runs, runs, command: [runs] },
    });
    released(postgres, migrate, job("before-release"), api, job("after-release"));
    await resetting();
    assert.deepEqual(done().slice(-5), [
      "migrate alembic upgrade head",
      "release-job before-release",
      "docker start notes-pr-12-api-1234567",
      "health-gate services.api",
      "release-job after-release",
    ]);
  });

  it("names the program's own message, and leaves the services stopped", async () => {
    machine.write("steps/run.mjs", `console.log("postgres: it is away"); process.exitCode = 1;`);
    await assert.rejects(resetting("pr-12"), { name: "Problem", message: "postgres: it is away" });
    assert.equal(done().includes("docker start notes-pr-12-api-1234567"), false);
  });

  it("touches nothing that the application does not have", () => {
    assert.deepEqual(resettingSteps([api], namesOf("notes-pr-12")), [
      { program: "reset-data", input: {}, words: "removing the data" },
    ]);
    assert.deepEqual(releaseIn("{}").steps, []);
  });

  it("gives the database to whom it belonged before there were owners", () => {
    const [made] = resettingSteps([postgres], namesOf("notes-pr-12"));
    const { database } = made?.input as ResetDataInput;
    assert.equal(database?.owner, "notes_pr_12");
  });

  it("drops a clone of the template, and clones it again", () => {
    const server = { container: "notes-host-previews-postgres-15", administrator: "notes_host_previews" };
    const clone: ReleaseStep = {
      program: "clone-database",
      input: { server, clone: "notes_pr_12", network: "notes-pr-12", password: "secret" },
    };
    assert.deepEqual(
      resettingSteps([clone, redis, migrate], namesOf("notes-pr-12")).map(({ program, input }) => ({
        program,
        input,
      })),
      [
        { program: "reset-data", input: { redis: "notes-pr-12-redis" } },
        // The server stays in the network.
        { program: "drop-clone", input: { server, clone: "notes_pr_12" } },
        clone,
        migrate,
      ],
    );
  });

  it("is refused for what is no preview", async () => {
    for (const other of ["staging", "production", "host-previews", "0"]) {
      await assert.rejects(resetting(other), {
        name: "Problem",
        message: `reset: expected a preview, whose data is thrown away, got "${other}"; take the number of a pull request, for example 12`,
      });
    }
    assert.deepEqual(done(), []);
  });

  it("is refused when nobody agrees, or nothing was released", async () => {
    await assert.rejects(resetting("12", { yes: false }), {
      message:
        "reset: removes the data of pr-12 and has to be agreed to, got no terminal to ask on; add --yes",
    });
    const no = { yes: false, ask: () => Promise.resolve(false) };
    await assert.rejects(resetting("12", no), { message: "nothing was removed" });
    released();
    await assert.rejects(resetting(), {
      message:
        "reset: expected a release of pr-12, got none; release one first with npm run pulumi -- up --stack pr-12",
    });
    assert.deepEqual(done(), []);
  });
});
