import assert from "node:assert/strict";
import { releasesInWords } from "../../../../cli/commands/releases.ts";
import { failedRuns } from "../../../../cli/pulumi/history.ts";
import type { PulumiCall } from "../../../../cli/pulumi/call.ts";
import { stateUnreadable } from "../../../../cli/pulumi/state.ts";
import { readRecords } from "../../../../cli/stack/release-records.ts";
import { idOf, record } from "../../plan/records.ts";
import { fakeRun } from "../fake-run.ts";

const call = {
  environment: {},
  project: { root: "/p", pulumiHome: "/h", pulumiVersion: "3" },
  stack: "production",
} as unknown as PulumiCall;

describe("the records of a stack", () => {
  const ask = "pulumi stack output --stack production --json --show-secrets --non-interactive";

  it("are in its outputs, decrypted", async () => {
    const records = [record("a")];
    const { run } = fakeRun({ [ask]: { stdout: JSON.stringify({ releases: records, url: "https://a" }) } });
    assert.deepEqual(await readRecords(call, run), records);
  });

  it("are none when nothing was released yet, or there is no stack", async () => {
    assert.deepEqual(await readRecords(call, fakeRun({ [ask]: { stdout: "{}" } }).run), []);
    const stderr = "error: no stack named 'production' found";
    assert.deepEqual(await readRecords(call, fakeRun({ [ask]: { code: 255, stderr } }).run), []);
  });

  it("cannot be read without the passphrase", async () => {
    const { run } = fakeRun({ [ask]: { code: 255, stderr: "error: incorrect passphrase" } });
    await assert.rejects(readRecords(call, run), {
      message: stateUnreadable("", "error: incorrect passphrase"),
    });
  });
});

describe("the list of a stack's releases", () => {
  it("is a table, newest first, with the failed runs between them", () => {
    const newest = record("a", {
      endedAt: "2026-01-04T10:00:00.000Z",
      rollbackOf: idOf("b"),
      unproven: { reason: "in a hurry" },
      schema: { after: "0002", applied: [] },
      tag: "v1.0",
    });
    const { version, ...older } = record("b", { endedAt: "2026-01-02T10:00:00.000Z" });
    const failed = [{ startedAt: "2026-01-03T09:59:00.000Z", endedAt: "2026-01-03T10:00:00.000Z" }];
    const [a, b] = [idOf("a"), idOf("b")];
    assert.equal(version, "1.0");
    assert.equal(
      releasesInWords({ stack: "production", releases: [newest, older], failed }),
      [
        "release       when (UTC)        commit        branch  version  schema  by       what",
        `${a}  2026-01-04 10:00  aaaaaaaaaaaa  main    1.0      0002    octocat  runs, tag v1.0, back from ${b}, unproven: in a hurry`,
        "-             2026-01-03 10:00  -             -       -        -       -        failed, without a record",
        `${b}  2026-01-02 10:00  bbbbbbbbbbbb  main    -        -       octocat`,
      ].join("\n"),
    );
    assert.equal(
      releasesInWords({ stack: "staging", releases: [], failed: [] }),
      "staging: nothing was released yet",
    );
  });
});

describe("the failed runs of a stack", () => {
  it("are those runs in Pulumi's history that were meant to release", async () => {
    const entry = { startTime: "2026-01-03T09:59:00.000Z", endTime: "2026-01-03T10:00:00.000Z" };
    const stdout = JSON.stringify([
      { kind: "update", result: "succeeded", ...entry },
      { kind: "update", result: "failed", ...entry },
      { kind: "destroy", result: "failed", ...entry },
    ]);
    const { run, calls } = fakeRun({ pulumi: { stdout } });
    assert.deepEqual(await failedRuns(call, run), [{ startedAt: entry.startTime, endedAt: entry.endTime }]);
    assert.deepEqual(calls, ["pulumi stack history --stack production --json --page-size 50 --page 1"]);
  });

  it("are none when there is no stack", async () => {
    const { run } = fakeRun({ pulumi: { code: 255, stderr: "no stack named" } });
    assert.deepEqual(await failedRuns(call, run), []);
  });
});
