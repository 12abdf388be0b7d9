import assert from "node:assert/strict";
import { stringify } from "yaml";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";

const canary = "canary-value-never-to-be-seen";

const settings = {
  environment: "repository",
  namespace: "notes-repository",
  repository: "octo-org/notes",
  rules: { requiredChecks: ["ci"] },
  labels: { deployment: { color: "1d76db", description: "changes how it is deployed" } },
  variables: { REGION: "north" },
  preview: {
    reviewers: { teams: ["release-team"] },
    secrets: { PREVIEW_KEY: { source: "environment", variable: "PREVIEW_KEY" } },
  },
  security: { dependabotAlerts: true, secretScanning: true, pushProtection: true },
};

describe("the stack of a repository on GitHub", () => {
  let github: LocalGithub;
  let project: TestProject;

  before(async () => {
    github = await LocalGithub.start();
    project = await TestProject.create();
    project.source.write(".github/workflows/ci.yml", "on: pull_request\njobs: { ci: {} }\n");
    write({});
    await pulumi("stack", "init", "--stack", "repository");
    await pulumi(...up);
  });
  afterEach(async function () {
    // Whatever a failure left must not be the next one's trouble.
    if (this.currentTest?.state === "failed") await pulumi(...up, "--refresh");
    assert.deepEqual(github.wrong, []);
  });
  after(async () => {
    await project.remove();
    await github.stop();
  });

  function write(change: object): void {
    const config = Object.entries({ ...settings, ...change }).map(([key, value]) => [
      `towpath:${key}`,
      value,
    ]);
    project.source.write(
      "Pulumi.repository.yaml",
      stringify({ config: Object.fromEntries(config) as object }),
    );
  }

  function run(...args: string[]): Promise<Ended> {
    return project.run(["pulumi", ...args, "--non-interactive"], {
      GITHUB_BASE_URL: github.url,
      GITHUB_TOKEN: "a-token",
      PREVIEW_KEY: canary,
    });
  }

  async function pulumi(...args: string[]): Promise<Ended> {
    const ended = await run(...args);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(canary));
    return ended;
  }

  const up = ["up", "--stack", "repository", "--yes", "--skip-preview"];
  const unchanged = ["preview", "--stack", "repository", "--expect-no-changes"];

  it("is made as described, and only once", async () => {
    const { store } = github;
    assert.deepEqual(
      {
        rulesets: [...store.rulesets.values()]
          .map(({ name, target, rules }) => {
            const kinds = (rules as { type: string }[]).map(({ type }) => type).sort();
            return `${String(name)}, ${String(target)}: ${kinds.join(" ")}`;
          })
          .sort(),
        labels: [...store.labels.values()],
        variables: Object.fromEntries(store.variables),
        reviewers: store.environment("preview")?.reviewers,
        secret: store.environment("preview")?.secrets.get("PREVIEW_KEY")?.value,
        alerts: store.dependabotAlerts,
        security: Object.entries(store.security).map(([name, { status }]) => `${name} ${status}`),
      },
      {
        rulesets: [
          "main branch, branch: deletion non_fast_forward pull_request required_linear_history required_status_checks",
          "release tags, tag: deletion non_fast_forward update",
        ],
        labels: [{ name: "deployment", color: "1d76db", description: "changes how it is deployed" }],
        variables: { REGION: "north" },
        reviewers: [{ type: "Team", id: 2_000 }],
        secret: canary,
        alerts: true,
        security: ["secret_scanning enabled", "secret_scanning_push_protection enabled"],
      },
    );
    await pulumi(...unchanged);
    await pulumi(...unchanged, "--refresh");
  });

  it("is restored after a manual change", async () => {
    const { store } = github;
    store.rulesets.clear();
    store.labels.clear();
    store.variables.set("REGION", "by hand");
    store.security = {};
    const plan = await pulumi("preview", "--stack", "repository", "--refresh");
    assert.match(
      plan.stdout + plan.stderr,
      /towpath:security\.secretScanning: this run turns it on on GitHub/,
    );

    await pulumi(...up, "--refresh");

    assert.equal(store.rulesets.size, 2);
    assert.equal(store.labels.size, 1);
    assert.equal(store.variables.get("REGION"), "north");
    assert.equal(store.security.secret_scanning?.status, "enabled");
  });

  it("is refused before any change: on a plan without rulesets, and with a check named almost like a workflow's", async () => {
    Object.assign(github.store, { isPrivate: true, plan: "free" });
    write({ rules: { requiredChecks: ["CI"] } });
    const before = github.made.length;
    const { code, stdout, stderr } = await run(...up).finally(() => {
      Object.assign(github.store, { isPrivate: false, plan: "enterprise" });
      write({});
    });
    assert.notEqual(code, 0);
    const said = stdout + stderr;
    assert.match(said, /towpath:rules\.requiredChecks\[0\]: no workflow reports this check, got "CI"/);
    assert.match(
      said,
      /towpath:rules: GitHub has rulesets in private repositories on pro, team, enterprise only/,
    );
    assert.ok(github.made.slice(before).every(({ method }) => method === "GET"));
  });

  it("reports what is there already and has to be imported first", async () => {
    github.store.labels.set("bug", { name: "bug", color: "d73a4a", description: null });
    project.source.write(
      "Pulumi.other.yaml",
      stringify({
        config: {
          "towpath:environment": "repository",
          "towpath:repository": "octo-org/notes",
          "towpath:labels": { bug: { color: "d73a4a" } },
        },
      }),
    );
    await pulumi("stack", "init", "--stack", "other");
    const { stdout, stderr } = await pulumi("preview", "--stack", "other");
    assert.match(
      stdout + stderr,
      /refuses to make it again: label "bug"; unless it was taken over, do that with/,
    );
  });

  it("leaves only what others made when it is destroyed", async () => {
    github.store.labels.set("bug", { name: "bug", color: "d73a4a", description: null });
    await pulumi("destroy", "--stack", "repository", "--yes", "--skip-preview");
    const { store } = github;
    assert.deepEqual([store.rulesets.size, store.variables.size, store.environments.size], [0, 0, 0]);
    assert.deepEqual([...store.labels.keys()], ["bug"]);
  });
});
