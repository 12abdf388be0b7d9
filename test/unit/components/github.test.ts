/** The resources that GitHub's plugin is asked for. That the real one makes them is proved in test/e2e/github. */
import { byName, deployed, outcome, valueOf } from "./engine.ts";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GithubEnvironment } from "../../../components/github/github-environment.ts";
import { RepositoryRules, type RepositoryRulesArgs } from "../../../components/github/repository-rules.ts";
import { hidden, Hidden } from "./hidden.ts";

describe("an environment on GitHub", () => {
  const settings = {
    reviewers: { users: ["alice"], teams: ["release"] },
    waitMinutes: 5,
    branches: ["main"],
    tags: ["v*"],
    variables: { LOG_LEVEL: "info" },
  };
  const place = { repository: "notes", environment: "staging" };

  it("has reviewers, branches and tags, variables and secrets, and admits no bypass", async () => {
    const { registrations, result } = await deployed(
      () =>
        new GithubEnvironment("notes-staging", {
          ...place,
          settings,
          reviewers: { users: [5], teams: [107] },
          secrets: { TOKEN: pulumi.output("hunter2") },
          provider: new github.Provider("github", {}),
        }),
    );
    const resources = byName(registrations);
    const { inputs } = resources["notes-staging-environment"] ?? assert.fail("no environment");
    assert.deepEqual(inputs, {
      repository: "notes",
      environment: "staging",
      waitTimer: 5,
      canAdminsBypass: false,
      preventSelfReview: true,
      reviewers: [{ users: [5], teams: [107] }],
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
    assert.equal(resources["notes-staging-branch-main"]?.inputs.branchPattern, "main");
    assert.equal(resources["notes-staging-tag-v*"]?.inputs.tagPattern, "v*");
    assert.equal(resources["notes-staging-variable-LOG_LEVEL"]?.inputs.value, "info");
    const secret = resources["notes-staging-secret-TOKEN"]?.inputs.value;
    assert.ok(secret instanceof Hidden);
    assert.deepEqual(secret, hidden("hunter2"));
    assert.equal(await valueOf(result.environment), "staging");
  });

  it("has no reviewers when nobody has to approve, and allows every branch when none is named", async () => {
    const { registrations } = await deployed(
      () =>
        new GithubEnvironment("notes-staging", {
          ...place,
          settings: { ...settings, branches: [], tags: [] },
          reviewers: { users: [], teams: [] },
          secrets: {},
          provider: new github.Provider("github", {}),
        }),
    );
    const inputs = byName(registrations)["notes-staging-environment"]?.inputs;
    assert.deepEqual([inputs?.reviewers, inputs?.deploymentBranchPolicy], [undefined, undefined]);
  });
});

describe("the rules of a repository", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-rules-"));
    mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
    writeFileSync(
      join(folder, ".github", "workflows", "ci.yml"),
      "on: pull_request\njobs:\n  checks:\n    runs-on: ubuntu-latest\n    steps: []\n",
    );
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function program(change: Partial<RepositoryRulesArgs> = {}): () => RepositoryRules {
    return () =>
      new RepositoryRules("notes", {
        repository: "notes",
        requiredChecks: ["checks"],
        approvals: 1,
        linearHistory: true,
        releaseTags: ["v*"],
        projectFolder: folder,
        provider: new github.Provider("github", {}),
        ...change,
      });
  }

  it("protect the main branch and the tags of releases", async () => {
    const resources = byName((await deployed(program())).registrations);
    assert.deepEqual(resources["notes-branch"]?.inputs.rules, {
      deletion: true,
      nonFastForward: true,
      requiredLinearHistory: true,
      pullRequest: {
        requiredApprovingReviewCount: 1,
        dismissStaleReviewsOnPush: true,
        requireLastPushApproval: true,
      },
      requiredStatusChecks: { requiredChecks: [{ context: "checks" }] },
    });
    assert.deepEqual(resources["notes-tags"]?.inputs.conditions, {
      refName: { includes: ["refs/tags/v*"], excludes: [] },
    });
  });

  it("include the workflows of the repository above the project", async () => {
    mkdirSync(join(folder, ".git"), { recursive: true });
    mkdirSync(join(folder, "infra"), { recursive: true });
    await assert.rejects(
      deployed(program({ projectFolder: join(folder, "infra"), requiredChecks: ["check"] })),
      /did you mean "checks"/,
    );
  });

  it("leave out what is not asked for", async () => {
    const { registrations } = await deployed(
      program({ requiredChecks: [], releaseTags: [], projectFolder: join(folder, "none") }),
    );
    const resources = byName(registrations);
    assert.equal(resources["notes-tags"], undefined);
    const rules = resources["notes-branch"]?.inputs.rules as Record<string, unknown>;
    assert.equal(rules.requiredStatusChecks, undefined);
  });

  it("are refused before anything is made when a required check is named almost like one of a workflow", async () => {
    const { registrations, thrown } = await outcome(program({ requiredChecks: ["check"] }));
    assert.ok(pulumi.RunError.isInstance(thrown));
    assert.match(thrown.message, /^requiredChecks\[0\]: /);
    assert.deepEqual(
      registrations.filter(({ type }) => type.includes("Ruleset")),
      [],
    );
  });
});
