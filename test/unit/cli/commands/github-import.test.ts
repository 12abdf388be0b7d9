/** The import from GitHub. That Pulumi takes the ids, and changes nothing there, is proved in test/e2e/github. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { importedInWords, importGithub } from "../../../../cli/commands/github-import.ts";
import { importFileOf, type ImportFile } from "../../../../cli/github/import-file.ts";
import {
  adoptedRuleset,
  notKept,
  environmentSettings,
  repositorySettings,
} from "../../../../cli/github/imported-settings.ts";
import type {
  EnvironmentThere,
  RepositoryThere,
  RulesetThere,
} from "../../../../cli/github/read-repository.ts";
import { parseSettings } from "../../../../components/settings/settings.ts";
import { PlayedGithub } from "../../github/played-github.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const ruleset = (id: number, target: string, include: string[], more: object = {}): RulesetThere => ({
  ...{ id, name: `ruleset ${id}`, target, conditions: { ref_name: { include } } },
  ...more,
});
const protectMain = ruleset(7, "branch", ["~DEFAULT_BRANCH"], {
  rules: [
    { type: "deletion" },
    { type: "required_linear_history" },
    { type: "pull_request", parameters: { required_approving_review_count: 2 } },
    { type: "required_status_checks", parameters: { required_status_checks: [{ context: "ci" }] } },
  ],
});
const protectTags = ruleset(8, "tag", ["refs/tags/v*"]);
const repository: RepositoryThere = {
  rulesets: [ruleset(6, "branch", ["refs/heads/release/*"]), protectMain, protectTags],
  labels: [
    { name: "Bug", color: "d73a4a", description: "it does not work" },
    { name: "later", color: "ffffff", description: null },
  ],
  variables: { REGION: "north" },
};
const preview: EnvironmentThere = {
  name: "preview",
  reviewers: { users: ["alice"], teams: ["release-team"] },
  ...{ waitMinutes: 5, preventSelfReview: true, canAdminsBypass: false },
  ...{ branches: ["main"], tags: ["v*"], policyIds: { "branch main": 21, "tag v*": 22 } },
  ...{ variables: { LOG_LEVEL: "info" }, secrets: { OLD_TOKEN: "2026-01-01T00:00:00Z" } },
};

describe("settings from GitHub", () => {
  it("contain what a repository has, in a form that the settings accept", () => {
    const written = repositorySettings("octo-org/notes", repository, preview);
    assert.deepEqual(written, {
      repository: "octo-org/notes",
      rules: { requiredChecks: ["ci"], approvals: 2, linearHistory: true, releaseTags: ["v*"] },
      labels: { Bug: { color: "d73a4a", description: "it does not work" }, later: { color: "ffffff" } },
      variables: { REGION: "north" },
      preview: environmentSettings(preview),
    });
    const all = { ...written, environment: "repository", namespace: "notes-repository" };
    assert.equal(parseSettings(all).environment, "repository");
  });

  it("contain nothing that it lacks", () => {
    const nothing = { rulesets: [], labels: [], variables: {} };
    assert.deepEqual(repositorySettings("octo-org/notes", nothing, undefined), {
      repository: "octo-org/notes",
    });
  });

  it("contain only the rules of the default branch, and prefer rulesets with Towpath's names", () => {
    assert.equal(adoptedRuleset(repository.rulesets, "branch"), protectMain);
    const two = [ruleset(1, "branch", ["~DEFAULT_BRANCH", "refs/heads/next"]), ruleset(2, "push", ["~ALL"])];
    assert.equal(adoptedRuleset(two, "branch"), undefined);
    const own = { ...protectTags, id: 9, name: "release tags" };
    assert.equal(adoptedRuleset([protectTags, own], "tag"), own);
  });

  it("contain no ruleset that is not in force, and none of tags that settings cannot name", () => {
    for (const enforcement of ["disabled", "evaluate"]) {
      const off = ruleset(1, "branch", ["~DEFAULT_BRANCH"], { name: "main branch", enforcement });
      assert.equal(adoptedRuleset([off, protectMain], "branch"), protectMain);
      assert.equal(adoptedRuleset([off], "branch"), undefined);
    }
    for (const pattern of ["~ALL", "refs/tags/v[0-9]"]) {
      assert.equal(adoptedRuleset([ruleset(1, "tag", [pattern])], "tag"), undefined);
    }
  });

  it("contain what settings can express, and the rest is listed", () => {
    const long = "x".repeat(101);
    const odd: RepositoryThere = {
      rulesets: [
        ruleset(7, "branch", ["~DEFAULT_BRANCH"], {
          ...{ name: "main", bypass_actors: [{ actor_id: 5 }] },
          rules: [
            { type: "merge_queue" },
            {
              type: "pull_request",
              parameters: { required_approving_review_count: 10, require_code_owner_review: true },
            },
          ],
        }),
        ruleset(8, "tag", ["~ALL"]),
      ],
      labels: [
        { name: "later", color: "ffffff", description: long },
        { name: long, color: "ffffff", description: null },
      ],
      variables: {},
    };
    const written = repositorySettings("octo-org/notes", odd, undefined);
    assert.deepEqual(written, {
      repository: "octo-org/notes",
      rules: { requiredChecks: [], approvals: 6, linearHistory: false },
      labels: { later: { color: "ffffff" } },
    });
    parseSettings({ ...written, environment: "repository", namespace: "notes-repository" });
    assert.deepEqual(notKept(odd), [
      "the ruleset main: who may bypass it",
      "the ruleset main: the review of code owners",
      "the ruleset main: the merge queue",
      "the ruleset main: 10 approvals, of which 6 stay",
      "the description of the label later",
      `the label ${long}`,
    ]);
    assert.deepEqual(notKept(repository), []);
  });
});

describe("the file for pulumi import", () => {
  const type = (name: string): string =>
    `github:index/${name}:${name[0]?.toUpperCase() ?? ""}${name.slice(1)}`;
  const component = { name: "rules", type: "towpath:github:RepositoryRules", component: true };
  const provider = { name: "github", type: "pulumi:providers:github" };
  const child = { parent: "rules", provider: "github" };
  const spec = (kind: string, name: string) => ({ name, type: type(kind), ...child });
  const things: [string, string, object][] = [
    ["repositoryRuleset", "branch", { target: "branch" }],
    ["repositoryRuleset", "tags", { target: "tag" }],
    ["issueLabel", "bug", { name: "bug" }],
    ["issueLabel", "new", { name: "new" }],
    ["actionsVariable", "region", { variableName: "region" }],
    ["repositoryEnvironment", "environment", { environment: "preview" }],
    ["repositoryEnvironmentDeploymentPolicy", "main", { environment: "preview", branchPattern: "main" }],
    ["repositoryEnvironmentDeploymentPolicy", "v", { environment: "preview", tagPattern: "v*" }],
    ["repositoryEnvironmentDeploymentPolicy", "next", { environment: "preview", branchPattern: "next" }],
    ["actionsEnvironmentVariable", "level", { environment: "preview", variableName: "LOG_LEVEL" }],
    ["actionsEnvironmentSecret", "old", { environment: "preview", secretName: "OLD_TOKEN" }],
    ["actionsEnvironmentVariable", "other", { environment: "staging", variableName: "LOG_LEVEL" }],
  ];
  const previewed: ImportFile = {
    nameTable: { kept: "urn" },
    resources: [
      component,
      { name: "unused", type: "towpath:github:GithubEnvironment", component: true },
      provider,
      ...things.map(([kind, name]) => spec(kind, name)),
    ],
  };
  const resources = things.map(([kind, name, inputs]) => ({
    urn: `urn:pulumi:repository::towpath::towpath:github:RepositoryRules$${type(kind)}::${name}`,
    inputs: inputs as Record<string, unknown>,
  }));

  it("contains what GitHub has, by the plugin's ids, and the parents of each", () => {
    const there = { repo: "notes", repository, environments: { preview } };
    const file = importFileOf(previewed, resources, there);
    assert.deepEqual(file?.resources?.slice(0, 2), [component, provider]);
    assert.deepEqual(
      file.resources.slice(2).map(({ name, id }) => [name, id]),
      [
        ["branch", "notes:7"],
        ["tags", "notes:8"],
        ["bug", "notes:Bug"],
        ["region", "notes:REGION"],
        ["environment", "notes:preview"],
        ["main", "notes:preview:21"],
        ["v", "notes:preview:22"],
        ["level", "notes:preview:LOG_LEVEL"],
      ],
    );
    assert.deepEqual(file.nameTable, { kept: "urn" });
  });

  it("is not needed when GitHub has none of it", () => {
    const there = { repo: "notes", repository: undefined, environments: {} };
    assert.equal(importFileOf(previewed, resources, there), undefined);
  });
});

describe("the summary of an import", () => {
  it("lists what was imported and what was left out", () => {
    const imported = { stack: "repository", file: "Pulumi.repository.yaml", settings: ["rules", "labels"] };
    assert.equal(
      importedInWords({
        ...imported,
        ...{
          resources: ["notes:7"],
          secrets: ["OLD_TOKEN"],
          rulesets: ["releases"],
          notKept: ["the ruleset main: the merge queue"],
        },
      }),
      `Pulumi.repository.yaml: added rules, labels
the state of repository: took over notes:7
left alone, as they are there: the rulesets releases
not in the settings, and taken away by the next up: the ruleset main: the merge queue
secrets whose values nobody can read, and which the next up sets anew if the settings name them: OLD_TOKEN
see what would change with npm run pulumi -- preview --stack repository`,
    );
  });
});

describe("towpath github import", () => {
  let machine: FakeMachine;
  const token = process.env.GITHUB_TOKEN;

  beforeEach(() => {
    machine = new FakeMachine();
    delete process.env.GITHUB_TOKEN;
  });
  afterEach(() => {
    machine.remove();
    if (token !== undefined) process.env.GITHUB_TOKEN = token;
  });

  it("is refused for other stacks, for an invalid repository, and without a token", async () => {
    const take = (stack: string, repository: string) =>
      importGithub({ stack, repository }, recordedProgress(), machine.project);
    await assert.rejects(take("local", "octocat/notes"), {
      name: "Problem",
      message:
        '--stack: expected a stack with a part on GitHub, got "local"; take repository, staging or production',
    });
    await assert.rejects(take("staging", "notes"), {
      name: "Problem",
      message:
        '--repository: expected a repository\'s owner and name, got "notes"; for example octocat/notes',
    });
    await assert.rejects(take("staging", "octocat/notes"), {
      name: "Problem",
      message:
        "towpath:github.token: expected a token in the environment variable GITHUB_TOKEN, got nothing; make one as docs/github.md says, and set it there",
    });
  });

  it("writes only what the next up accepts, names each setting, and keeps one that is already in the file", async () => {
    const github = await PlayedGithub.start();
    process.env.GITHUB_TOKEN = "a-token";
    try {
      const environment = "GET /repos/octocat/notes/environments/preview";
      github.answers = {
        "GET /repos/octocat/notes": { id: 1 },
        "GET /repos/octocat/notes/environments": { total_count: 1, environments: [{ name: "preview" }] },
        [`${environment}/deployment-branch-policies`]: {
          total_count: 1,
          branch_policies: [{ id: 1, name: "release/[0-9]*" }],
        },
        [`${environment}/variables`]: { total_count: 1, variables: [] },
        [`${environment}/secrets`]: { total_count: 1, secrets: [] },
        "GET /repos/octocat/notes/rulesets": [],
        "GET /repos/octocat/notes/labels": [{ name: "Bug", color: "#d73a4a", description: null }],
        "GET /repos/octocat/notes/actions/variables": { total_count: 1, variables: [] },
      };
      const take = () =>
        importGithub(
          { stack: "repository", repository: "octocat/notes" },
          recordedProgress(),
          machine.project,
        );
      await assert.rejects(take(), {
        name: "Problem",
        message: [
          'towpath:labels.Bug.color: expected a colour of six hexadecimal digits without #, got "#d73a4a"; for example "d73a4a"',
          'towpath:preview.branches[0]: expected a name or pattern without spaces, got "release/[0-9]*"; for example "main" or "v*"',
          "Pulumi.repository.yaml: cannot hold that, nothing was written; change it on GitHub, or set what is named above in the file first, which keeps what it has, and import again",
        ].join("\n"),
      });
      const file = join(machine.root, "Pulumi.repository.yaml");
      assert.equal(existsSync(file), false);

      machine.write(
        "Pulumi.repository.yaml",
        "config:\n  towpath:labels: { Bug: { color: d73a4a } }\n  towpath:preview: { branches: [release] }\n",
      );
      machine.pulumi("stack", [{ deployment: {} }]);
      machine.pulumiDoes("preview", 'echo "{}" > "$3"; echo "{}"; exit 0');
      const { settings } = await take();
      assert.deepEqual(
        settings.filter((name) => /^labels|branches/.test(name)),
        [],
      );
      assert.match(readFileSync(file, "utf8"), /^ {2}towpath:repository: octocat\/notes$/m);
    } finally {
      await github.stop();
    }
  });
});
