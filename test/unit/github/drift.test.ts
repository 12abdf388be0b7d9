import assert from "node:assert/strict";
import { driftWarning, environmentDrift, type Drift } from "../../../components/github/drift.ts";
import type { EnvironmentFacts } from "../../../components/github/facts.ts";

const left = {
  protection: {
    reviewers: { users: ["Alice"], teams: ["release"] },
    waitMinutes: 5,
    branches: ["main"],
    tags: ["v*"],
    variables: { log_level: "info" },
  },
  secrets: { JWT_SECRET: "2026-01-01T00:00:05Z" },
};
const found: EnvironmentFacts = {
  name: "staging",
  reviewers: { users: ["alice"], teams: ["release"] },
  waitMinutes: 5,
  preventSelfReview: true,
  canAdminsBypass: false,
  branches: ["main"],
  tags: ["v*"],
  variables: { LOG_LEVEL: "info" },
  secrets: { JWT_SECRET: "2026-01-01T00:00:05Z" },
};

function driftOf(change: Partial<EnvironmentFacts>): string[] {
  return environmentDrift(left, { ...found, ...change }).map(
    ({ what, found: is, needsRefresh }) => `${what} ${is}${needsRefresh ? " (refresh)" : ""}`,
  );
}

describe("drift on GitHub", () => {
  it("is empty when everything is unchanged", () => {
    assert.deepEqual(driftOf({}), []);
  });

  it("is empty before the first run", () => {
    assert.deepEqual(environmentDrift(undefined, found), []);
  });

  it("is the whole environment when that is gone", () => {
    assert.deepEqual(environmentDrift(left, undefined), [
      { what: "the environment", found: "is gone", needsRefresh: true },
    ]);
  });

  it("is found in the reviewers and in the time to wait", () => {
    assert.deepEqual(driftOf({ reviewers: { users: ["alice"], teams: [] } }), ["reviewers are alice"]);
    assert.deepEqual(driftOf({ reviewers: { users: [], teams: [] }, preventSelfReview: false }), [
      "reviewers are none",
    ]);
    assert.deepEqual(driftOf({ preventSelfReview: false, canAdminsBypass: true, waitMinutes: 0 }), [
      "self-review is allowed",
      "administrators may pass by",
      "the wait is 0 minutes",
    ]);
  });

  it("is found in branches, tags and variables", () => {
    assert.deepEqual(driftOf({ branches: [], tags: ["v*", "*"] }), [
      "branch main is gone (refresh)",
      "tag * was added",
    ]);
    assert.deepEqual(driftOf({ variables: {} }), ["variable log_level is gone"]);
    assert.deepEqual(driftOf({ variables: { LOG_LEVEL: "debug" } }), [
      "variable log_level has another value",
    ]);
  });

  it("is found in secrets by their timestamps", () => {
    assert.deepEqual(driftOf({ secrets: { JWT_SECRET: "2026-01-01T00:00:06Z" } }), [
      "secret JWT_SECRET was changed at 2026-01-01T00:00:06Z",
    ]);
    assert.deepEqual(driftOf({ secrets: {} }), ["secret JWT_SECRET is gone"]);
    assert.deepEqual(driftOf({ secrets: { ...found.secrets, OTHER: "2026-01-02T00:00:00Z" } }), []);
  });

  it("is reported with what restores it", () => {
    const told = (drift: Drift): string => driftWarning("towpath:github", drift, "up --refresh");
    const start = "towpath:github: somebody changed GitHub by hand:";
    assert.equal(
      told({ what: "reviewers", found: "are none", needsRefresh: false }),
      `${start} reviewers are none; this run brings it back`,
    );
    assert.equal(
      told({ what: "branch main", found: "is gone", needsRefresh: true }),
      `${start} branch main is gone; bring it back with up --refresh`,
    );
    assert.equal(
      told({ what: "tag *", found: "was added", needsRefresh: false, isLeft: true }),
      `${start} tag * was added; remove it there, or take it into the settings`,
    );
  });
});
