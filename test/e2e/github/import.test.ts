/** A repository that people set up by hand, taken over; then what they change by hand. */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import type { Difference } from "../../../cli/drift/resources.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";
import { byHand, writesSince } from "./by-hand.ts";
import { canary, OnGithub } from "./on-github.ts";

/** The state of things between an import and the first up after it. */
interface Taken {
  readonly said: string;
  readonly writes: readonly string[];
  readonly settings: string;
  readonly rulesets: readonly unknown[];
  readonly policies: unknown;
}

describe("a repository that was set up by hand", () => {
  let github: LocalGithub;
  let project: TestProject;
  let taken: Taken;

  before(async () => {
    github = await LocalGithub.start();
    project = await TestProject.create();
    project.source.write(".github/workflows/ci.yml", "on: pull_request\njobs: { ci: {} }\n");
    await byHand(github, "PUT", "environments/preview", {
      wait_timer: 5,
      prevent_self_review: true,
      reviewers: [{ type: "User", id: github.store.users.get("alice") }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await byHand(github, "POST", "environments/preview/deployment-branch-policies", { name: "main" });
    await byHand(github, "POST", "environments/preview/variables", { name: "LOG_LEVEL", value: "info" });
    await byHand(github, "POST", "rulesets", {
      name: "protect main",
      target: "branch",
      enforcement: "active",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "deletion" },
        {
          type: "pull_request",
          parameters: {
            required_approving_review_count: 10,
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_review_thread_resolution: false,
          },
        },
        {
          type: "required_status_checks",
          parameters: {
            strict_required_status_checks_policy: false,
            required_status_checks: [{ context: "ci" }],
          },
        },
      ],
    });
    await byHand(github, "POST", "rulesets", {
      name: "releases",
      target: "tag",
      enforcement: "active",
      conditions: { ref_name: { include: ["refs/tags/v*"], exclude: [] } },
      rules: [{ type: "deletion" }],
    });
    // What settings cannot hold, or must not take for rules that are in force.
    for (const [name, enforcement, included] of [
      ["of old", "disabled", "~DEFAULT_BRANCH"],
      ["everywhere", "active", "~ALL"],
    ]) {
      const conditions = { ref_name: { include: [included], exclude: [] } };
      const rules = [{ type: "required_linear_history" }];
      await byHand(github, "POST", "rulesets", { name, target: "branch", enforcement, conditions, rules });
    }
    await byHand(github, "POST", "labels", { name: "Bug", color: "d73a4a", description: "it does not work" });
    const description = "long ".repeat(21).trim();
    await byHand(github, "POST", "labels", { name: "later", color: "ffffff", description });
    await byHand(github, "POST", "actions/variables", { name: "REGION", value: "north" });
    project.source.write(
      "Pulumi.repository.yaml",
      "# Ours.\nconfig:\n  towpath:namespace: notes-repository\n",
    );
    const before = github.made.length;
    const { stdout: said } = await succeed(...take);
    taken = {
      said,
      writes: writesSince(github, before),
      settings: project.source.read("Pulumi.repository.yaml"),
      rulesets: [...github.store.rulesets.keys()],
      policies: structuredClone(github.store.environment("preview")?.branchPolicies),
    };
    await succeed(...up);
  });
  afterEach(async function () {
    // Whatever a failure left must not be the next one's trouble.
    if (this.currentTest?.state === "failed") await succeed(...up);
  });
  after(async () => {
    await project.remove();
    await github.stop();
  });

  function run(...args: string[]): Promise<Ended> {
    return project.run(args, { GITHUB_BASE_URL: github.url, GITHUB_TOKEN: "a-token" });
  }

  async function succeed(...args: string[]): Promise<Ended> {
    const ended = await run(...args);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.deepEqual(github.wrong, []);
    return ended;
  }

  const up = ["pulumi", "up", "--stack", "repository", "--yes", "--skip-preview", "--refresh"];
  const take = ["github", "import", "--stack", "repository", "--repository", "octo-org/notes"];

  /** Returns the differences that `towpath drift` lists, and checks that its exit code agrees. */
  async function drifted(): Promise<readonly Difference[]> {
    const { code, stdout, stderr } = await run("drift", "--stack", "repository", "--json");
    const { differences } = JSON.parse(stdout) as { differences?: Difference[] };
    assert.ok(differences, stdout + stderr);
    assert.equal(code, differences.length === 0 ? 0 : 1);
    assert.deepEqual(github.wrong, []);
    return differences;
  }

  it("is imported into settings and state without any change on GitHub", () => {
    assert.deepEqual(taken.writes, []);
    const [branch, tag] = taken.rulesets.map(String);
    const state = /^the state of repository: took over (.*)$/m.exec(taken.said)?.[1]?.split(", ") ?? [];
    assert.deepEqual(
      state.sort(),
      [
        ...[
          `notes:${branch ?? ""}`,
          `notes:${tag ?? ""}`,
          "notes:Bug",
          "notes:later",
          "notes:REGION",
          "notes:preview",
        ],
        `notes:preview:${github.store.environment("preview")?.branchPolicies[0]?.id ?? ""}`,
        "notes:preview:LOG_LEVEL",
      ].sort(),
    );
    assert.match(taken.said, /^left alone, as they are there: the rulesets of old, everywhere$/m);
    assert.match(
      taken.said,
      /^not in the settings, and taken away by the next up: the ruleset protect main: 10 approvals, of which 6 stay, the description of the label later$/m,
    );
    assert.match(taken.settings, /^# Ours\.$/m);
    assert.deepEqual((parse(taken.settings) as { config: unknown }).config, {
      "towpath:namespace": "notes-repository",
      "towpath:repository": "octo-org/notes",
      "towpath:rules": { requiredChecks: ["ci"], approvals: 6, linearHistory: false, releaseTags: ["v*"] },
      "towpath:labels": {
        Bug: { color: "d73a4a", description: "it does not work" },
        later: { color: "ffffff" },
      },
      "towpath:variables": { REGION: "north" },
      "towpath:preview": {
        reviewers: { users: ["alice"], teams: [] },
        ...{ waitMinutes: 5, branches: ["main"], tags: [], variables: { LOG_LEVEL: "info" } },
      },
    });
  });

  it("is changed by the next up, which makes nothing twice", async () => {
    assert.deepEqual([...github.store.rulesets.keys()], taken.rulesets);
    assert.deepEqual(
      [...github.store.rulesets.values()].map(({ name }) => name),
      ["main branch", "release tags", "of old", "everywhere"],
    );
    assert.deepEqual(github.store.environment("preview")?.branchPolicies, taken.policies);
    assert.equal(github.store.labels.size, 2);
    await succeed("pulumi", "preview", "--stack", "repository", "--expect-no-changes");

    const again = await succeed(...take);
    assert.match(again.stdout, /^Pulumi\.repository\.yaml: added nothing$/m);
    assert.match(again.stdout, /^the state of repository: took over nothing$/m);
    assert.deepEqual(await drifted(), []);
  });

  it("drifts after manual changes, which are reported and repaired by the next up", async () => {
    const [branch] = github.store.rulesets.keys();
    await byHand(github, "DELETE", `rulesets/${branch ?? ""}`);
    await byHand(github, "PATCH", "labels/Bug", { color: "000000" });
    await byHand(github, "PUT", "environments/preview", {
      wait_timer: 5,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    const before = github.made.length;
    const found = await drifted();
    assert.deepEqual(writesSince(github, before), []);
    const shown = found.map(({ where, what, found: words }) => `${where}: ${what} ${words}`);
    assert.ok(
      shown.some((line) => /^resource: RepositoryRuleset \S+ is gone$/.test(line)),
      shown.join("\n"),
    );
    assert.ok(
      shown.some((line) => /^resource: IssueLabel \S+ differs in .*color/.test(line)),
      shown.join("\n"),
    );
    assert.ok(shown.includes("GitHub preview: reviewers are none"), shown.join("\n"));
    const table = await run("drift", "--stack", "repository");
    assert.match(table.stdout, /^GitHub preview +reviewers +are none$/m);

    await succeed(...up);
    assert.deepEqual(await drifted(), []);
    assert.deepEqual(github.store.environment("preview")?.reviewers, [
      { type: "User", id: github.store.users.get("alice") },
    ]);
  });

  it("is checked for secrets and variables that are missing", async () => {
    project.source.write(".env.example", "COLOUR=\n");
    github.store.variables.delete("REGION");
    const { code, stdout } = await run("env", "check");
    assert.equal(code, 1, stdout);
    assert.deepEqual(github.wrong, []);
    assert.match(stdout, /^JWT_SECRET +run-time secret +lacks +generated +generated /m);
    assert.match(stdout, /^REGION +workflow variable +- .* yes +lacks +-$/m);
    for (const line of [
      ".env.example: lacks JWT_SECRET, a run-time secret of api; add a line for it",
      "GitHub repository: lacks REGION, a workflow variable; npm run pulumi -- up --stack repository sets it",
      "application: nothing declares COLOUR, which .env.example lists; declare it in application.ts, or take it out",
    ])
      assert.ok(stdout.includes(`  ${line}\n`) || stdout.endsWith(`  ${line}`), stdout);
  });

  it("cannot be imported without a token, or when it does not exist", async () => {
    const none = await project.run(take, { GITHUB_BASE_URL: github.url, GITHUB_TOKEN: "" });
    assert.equal(none.code, 1);
    assert.ok(
      none.stderr.endsWith(
        "towpath:token: expected a token in the environment variable GITHUB_TOKEN, got nothing; make one as docs/github.md says, and set it there",
      ),
      none.stderr,
    );
    const wrong = await run(...take.slice(0, -1), "octo-org/other");
    assert.equal(wrong.code, 1);
    assert.ok(
      wrong.stderr.endsWith(
        '--repository: GitHub shows this token no such repository, got "octo-org/other"; correct it, or give the token access to it',
      ),
      wrong.stderr,
    );
  });
});

describe("an environment that was set up by hand", () => {
  let on: OnGithub;
  /** The import's requests that write, the stack's file after it, and the policies before the first up. */
  let taken: Pick<Taken, "writes" | "settings" | "policies">;

  before(async () => {
    on = await OnGithub.create();
    const { source } = on.project;
    const { config } = parse(source.read("Pulumi.github-test.yaml")) as { config: Record<string, unknown> };
    const others = Object.fromEntries(Object.entries(config).filter(([key]) => key !== "towpath:github"));
    source.write("Pulumi.staging.yaml", stringify({ config: others }));
    await byHand(on.github, "PUT", "environments/staging", {
      wait_timer: 5,
      prevent_self_review: true,
      can_admins_bypass: false,
      reviewers: [{ type: "User", id: on.github.store.users.get("alice") }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await byHand(on.github, "POST", "environments/staging/deployment-branch-policies", { name: "main" });
    await byHand(on.github, "POST", "environments/staging/variables", { name: "LOG_LEVEL", value: "info" });
    const before = on.github.made.length;
    await succeed("github", "import", "--stack", "staging", "--repository", "octo-org/notes");
    taken = {
      writes: writesSince(on.github, before),
      settings: source.read("Pulumi.staging.yaml"),
      policies: structuredClone(on.github.store.environment("staging")?.branchPolicies),
    };
    await succeed(...up);
  });
  afterEach(async function () {
    // Whatever a failure left must not be the next one's trouble.
    if (this.currentTest?.state === "failed") await succeed(...up, "--refresh");
  });
  after(() => on.remove());

  const up = ["pulumi", "up", "--stack", "staging", "--yes", "--skip-preview"];

  async function run(...args: string[]): Promise<Ended> {
    const variables = { GITHUB_BASE_URL: on.github.url, GITHUB_TOKEN: "a-token", JWT_SECRET: canary };
    const ended = await on.project.run(args, variables);
    assert.deepEqual(on.github.wrong, []);
    assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(canary));
    return ended;
  }
  async function succeed(...args: string[]): Promise<Ended> {
    const ended = await run(...args);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    return ended;
  }

  it("is imported without any change on GitHub, and the next up makes nothing twice", () => {
    assert.deepEqual(taken.writes, []);
    const { config } = parse(taken.settings) as { config: Record<string, unknown> };
    assert.deepEqual(config["towpath:github"], {
      repository: "octo-org/notes",
      reviewers: { users: ["alice"], teams: [] },
      ...{ waitMinutes: 5, branches: ["main"], tags: [], variables: { LOG_LEVEL: "info" } },
    });
    const staging = on.github.store.environment("staging") ?? assert.fail("there is no environment");
    assert.deepEqual(staging.branchPolicies, taken.policies);
    assert.equal(staging.secrets.get("JWT_SECRET")?.value, canary);
  });

  it("drifts when a reviewer is removed and a secret is written, which the plugin does not notice", async () => {
    assert.match((await succeed("drift", "--stack", "staging")).stdout, /^staging: everything is as /);

    const staging = on.github.store.environment("staging") ?? assert.fail("there is no environment");
    staging.reviewers = [];
    const { created_at } = staging.secrets.get("JWT_SECRET") ?? assert.fail("there is no secret");
    const updated_at = on.github.store.now();
    staging.secrets.set("JWT_SECRET", { value: "by hand", created_at, updated_at });
    const { code, stdout } = await run("drift", "--stack", "staging");
    assert.equal(code, 1);
    assert.match(stdout, /^GitHub staging +reviewers +are none$/m);
    assert.match(stdout, /^GitHub staging +secret JWT_SECRET +was changed at /m);

    await succeed(...up, "--refresh");
    await succeed("drift", "--stack", "staging");
  });
});
