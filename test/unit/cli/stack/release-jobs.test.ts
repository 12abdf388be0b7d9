/** What a state tells of the jobs that run once for each release. */
import assert from "node:assert/strict";
import { releaseJobProblems, releaseJobRuns } from "../../../../cli/stack/release-jobs.ts";
import type { StateResource } from "../../../../cli/pulumi/state.ts";

const secret = (text: string): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(text),
});

function step(
  component: string,
  triggers: readonly string[],
  more: Partial<StateResource> = {},
): StateResource {
  const types = `towpath:release:Release$${component}$command:local:Command`;
  return {
    urn: `urn:pulumi:staging::notes::${types}::notes-staging-${triggers.join("-")}`,
    type: "command:local:Command",
    inputs: { triggers },
    ...more,
  };
}

function job(name: string, release: string, runs: string, printed = ""): StateResource {
  return step("towpath:release:Job", [release, name], {
    inputs: { triggers: [release, name], stdin: secret(JSON.stringify({ job: name, runs })) },
    outputs: { stdout: secret(printed) },
  });
}

const receipt = { at: "2026-01-05T03:00:00.000Z", log: "  | done", seconds: 1.5 };
const due = step("towpath:release:JobsDue", ["bbb", "purge", "index"]);
const warm = job("warm", "bbb", "before-release", JSON.stringify(receipt));

describe("the jobs of a stack's releases", () => {
  it("are told with their last run; of one whose inputs changed since, its release alone", () => {
    const purge = job("purge", "aaa", "after-release");
    assert.deepEqual(releaseJobRuns([due, warm, { ...warm, delete: true }, purge]), [
      { job: "warm", runs: "before-release", release: "bbb", ...receipt },
      { job: "purge", runs: "after-release", release: "aaa" },
    ]);
  });

  it("are a problem as long as one has not ended well for the release that users have", () => {
    const problem = (name: string): string =>
      `jobs.${name}: it has to end well after release bbb, which users have, got no such run; npm start runs it again`;
    const purge = job("purge", "bbb", "after-release");
    assert.deepEqual(releaseJobProblems([due, warm], "npm start"), [problem("purge"), problem("index")]);
    const old = job("index", "aaa", "after-release");
    assert.deepEqual(releaseJobProblems([due, warm, purge, old], "npm start"), [problem("index")]);
    assert.deepEqual(releaseJobProblems([due, purge, job("index", "bbb", "after-release")], "npm start"), []);
    assert.deepEqual(releaseJobProblems([warm], "npm start"), []);
  });
});
