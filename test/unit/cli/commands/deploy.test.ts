/** Releases to staging and production that GitHub is told of. That they are released: test/e2e/hosts. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { deploy, deployedInWords } from "../../../../cli/commands/deploy.ts";
import { PlayedGithub } from "../../github/played-github.ts";
import { record } from "../../plan/records.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const commit = "a".repeat(40);
const repo = "/repos/octocat/notes";
const github = { repository: "octocat/notes", token: { source: "environment", variable: "TOKEN" } };

describe("towpath deploy", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;
  let played: PlayedGithub;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine, { github });
    played = await PlayedGithub.start();
    process.env.TOKEN = "a-token";
    machine.pulumiDoes("up", 'echo "$TOWPATH_COMMIT" > told');
    const outputs = { url: "https://staging.notes.example" };
    const metadata = { op: "same", urn: "urn", type: "pulumi:pulumi:Stack", new: { outputs } };
    machine.pulumi("up", [{ resOutputsEvent: { metadata } }]);
    played.answers[`POST ${repo}/deployments`] = { id: 7 };
    played.answers[`POST ${repo}/deployments/7/statuses`] = {};
    played.answers[`GET ${repo}/deployments`] = [];
  });
  afterEach(async () => {
    process.chdir(folder);
    await played.stop();
    await host.stop();
    machine.remove();
  });

  const staging = (more: object = {}) =>
    deploy({ stack: "staging", commit, ...more }, progress, machine.project);
  const told = (): string => readFileSync(join(machine.root, "told"), "utf8").trim();
  const writes = (): string[] => played.asked.filter((asked) => !asked.startsWith("GET"));

  it("releases a commit to staging, as a deployment with its statuses", async () => {
    played.answers[`POST ${repo}/statuses/${commit}`] = {};
    const done = await staging();
    assert.equal(
      deployedInWords({ ...done, seconds: 5 }),
      "staging: aaaaaaaaaaaa runs at https://staging.notes.example, after 5 s",
    );
    assert.equal(told(), commit);
    assert.deepEqual(writes(), [
      `POST ${repo}/deployments`,
      `POST ${repo}/deployments/7/statuses`,
      `POST ${repo}/statuses/${commit}`,
      `POST ${repo}/deployments/7/statuses`,
      `POST ${repo}/statuses/${commit}`,
    ]);
    const { environment, transient_environment: isTransient } =
      played.bodies[`POST ${repo}/deployments`] ?? {};
    assert.deepEqual([environment, isTransient], ["staging", false]);
  });

  it("goes on with the deployment that a workflow's own job has begun", async () => {
    const run = "https://github.com/octocat/notes/actions/runs/1";
    Object.assign(process.env, {
      ...{ GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "octocat/notes", GITHUB_RUN_ID: "1" },
    });
    played.answers[`GET ${repo}/deployments`] = [{ id: 7 }];
    played.answers[`GET ${repo}/deployments/7/statuses`] = [{ log_url: `${run}/job/2` }];
    played.answers[`POST ${repo}/statuses/${commit}`] = {};
    await staging();
    assert.deepEqual(writes(), [`POST ${repo}/deployments/7/statuses`, `POST ${repo}/statuses/${commit}`]);
  });

  it("tells GitHub that a release failed", async () => {
    played.answers[`POST ${repo}/statuses/${commit}`] = {};
    machine.pulumi("up", [], 1, "error: api: not healthy\n");
    await assert.rejects(staging(), { message: "api: not healthy" });
    assert.equal(played.bodies[`POST ${repo}/deployments/7/statuses`]?.state, "failure");
  });

  it("tells GitHub after the release which commit production took from staging", async () => {
    const text = readFileSync(join(machine.root, "Pulumi.staging.yaml"), "utf8");
    const more =
      "  towpath:promoteFrom: staging\n  towpath:backup: { schedule: 0 3 * * *, retention: 30d }\n";
    machine.write("Pulumi.production.yaml", text + more);
    mkdirSync(join(machine.root, ".towpath/ssh/notes-production"), { recursive: true });
    symlinkSync(
      join(machine.root, host.socket),
      join(machine.root, ".towpath/ssh/notes-production/app1.sock"),
    );
    const proven = record("a", { commit });
    machine.pulumi("stack", [{ releases: [proven] }]);
    played.answers[`POST ${repo}/statuses/${commit}`] = {};
    const done = await deploy({ stack: "production" }, progress, machine.project);
    assert.equal(done.commit, commit);
    assert.equal(played.bodies[`POST ${repo}/deployments`]?.ref, commit);
    assert.equal(told(), "");
  });

  it("is refused before anything is made", async () => {
    await assert.rejects(deploy({ stack: "pr-12" }, progress, machine.project), {
      message: '--stack: expected a stack that is released to, got "pr-12"; take staging or production',
    });
    await assert.rejects(deploy({ stack: "staging" }, progress, machine.project), {
      message:
        /^--commit: expected a commit, or a clone where one is checked out, got "fatal: not a git repository.*"; say --commit$/,
    });
    await host.stop();
    const other = "b".repeat(40);
    host = await PlayedHost.start(machine, { github, commit: other });
    await assert.rejects(staging(), {
      message: `--commit: expected the commit that towpath:commit sets, ${other}, or none there, got ${commit}; remove the setting`,
    });
    assert.deepEqual(writes(), []);
  });
});
