import assert from "node:assert/strict";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";

const canary = "canary-value-never-to-be-seen";

/** A program with one environment: what a staging stack does, without its host. */
const program = `
import "./components/stack-traces.ts";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { GithubEnvironment } from "./components/github/github-environment.ts";
import { settings } from "./github-settings.ts";

const provider = new github.Provider("github", { owner: "octo-org", token: "a-token", writeDelayMs: 1 });
const { JWT_SECRET } = process.env;
new GithubEnvironment("notes-staging", {
  environment: "staging",
  settings,
  secrets: { JWT_SECRET: pulumi.secret(JWT_SECRET) },
  provider,
});
`;

const settings = {
  repository: "octo-org/notes",
  reviewers: { users: ["alice"], teams: ["release-team"] },
  waitMinutes: 5,
  branches: ["main"],
  tags: ["v*"],
  variables: { LOG_LEVEL: "info" },
};

describe("an environment on GitHub", () => {
  let github: LocalGithub;
  let project: TestProject;

  before(async () => {
    github = await LocalGithub.start();
    project = await TestProject.create();
    project.source.write("index.ts", program);
    write({});
    await pulumi("stack", "init", "--stack", "github-test");
  });
  after(async () => {
    await project.remove();
    await github.stop();
  });

  function write(changes: object): void {
    project.source.write(
      "github-settings.ts",
      `export const settings = ${JSON.stringify({ ...settings, ...changes })};\n`,
    );
  }

  async function run(secret: string, ...args: string[]): Promise<Ended> {
    return project.run(["pulumi", ...args, "--non-interactive"], {
      GITHUB_BASE_URL: github.url,
      JWT_SECRET: secret,
    });
  }

  async function pulumi(...args: string[]): Promise<Ended> {
    const ended = await run(canary, ...args);
    assert.equal(ended.code, 0, `${ended.stdout}\n${ended.stderr}`);
    assert.deepEqual(github.wrong, []);
    return ended;
  }

  const up = ["up", "--stack", "github-test", "--yes", "--skip-preview"];

  it("is made as it is described, and made once", async () => {
    const { stdout, stderr } = await pulumi(...up);
    assert.doesNotMatch(stdout + stderr, new RegExp(canary));

    const made = github.store.environment("staging") ?? assert.fail("there is no environment");
    assert.deepEqual(
      {
        waitTimer: made.waitTimer,
        preventSelfReview: made.preventSelfReview,
        canAdminsBypass: made.canAdminsBypass,
        reviewers: made.reviewers,
        policies: made.branchPolicies.map(({ name, type }) => `${type} ${name}`).sort(),
        variables: Object.fromEntries(made.variables),
        secrets: [...made.secrets].map(([name, { value }]) => [name, value]),
      },
      {
        waitTimer: 5,
        preventSelfReview: true,
        canAdminsBypass: false,
        reviewers: [
          { type: "Team", id: 2_000 },
          { type: "User", id: 1_000 },
        ],
        policies: ["branch main", "tag v*"],
        variables: { LOG_LEVEL: "info" },
        secrets: [["JWT_SECRET", canary]],
      },
    );
    await pulumi("preview", "--stack", "github-test", "--refresh", "--expect-no-changes");
  });

  it("comes back when somebody deleted it on GitHub", async () => {
    github.store.environments.delete("staging");
    const { stdout } = await pulumi("preview", "--stack", "github-test", "--refresh");
    assert.match(stdout, /notes-staging-environment/);

    await pulumi(...up, "--refresh");

    const made = github.store.environment("staging") ?? assert.fail("there is no environment");
    assert.equal(made.secrets.get("JWT_SECRET")?.value, canary);
    assert.deepEqual(Object.fromEntries(made.variables), { LOG_LEVEL: "info" });
    assert.equal(made.branchPolicies.length, 2);
  });

  it("gets a new value for a secret without ever losing the secret", async () => {
    const before = github.made.length;
    const ended = await run("another value", ...up);
    assert.equal(ended.code, 0, ended.stderr);

    assert.equal(github.store.environment("staging")?.secrets.get("JWT_SECRET")?.value, "another value");
    const deleted = github.made.slice(before).filter(({ method }) => method === "DELETE");
    assert.deepEqual(deleted, []);
  });

  it("has its secret's value again after somebody changed it on GitHub", async () => {
    const { secrets } = github.store.environment("staging") ?? assert.fail("there is no environment");
    const { created_at } = secrets.get("JWT_SECRET") ?? assert.fail("there is no secret");
    secrets.set("JWT_SECRET", { value: "by hand", created_at, updated_at: github.store.now() });

    await pulumi(...up, "--refresh");

    assert.equal(secrets.get("JWT_SECRET")?.value, canary);
  });

  it("is complete after GitHub failed in the middle", async () => {
    write({ variables: { LOG_LEVEL: "debug", REGION: "north" } });
    github.failNext("PATCH", "variables/LOG_LEVEL", { status: 500 });
    github.failNext("POST", "variables", {
      status: 403,
      headers: { "retry-after": "1" },
      message: "You have exceeded a secondary rate limit",
    });

    await run(canary, ...up);
    await pulumi(...up);

    assert.deepEqual(Object.fromEntries(github.store.environment("staging")?.variables ?? []), {
      LOG_LEVEL: "debug",
      REGION: "north",
    });
  });

  it("is refused with a reviewer that GitHub does not know", async () => {
    for (const [reviewers, message] of [
      [
        { users: ["nobody"], teams: [] },
        'github.reviewers.users: GitHub knows no such user, got "nobody"; correct it or take it out',
      ],
      [
        { users: [], teams: ["nowhere"] },
        'github.reviewers.teams: GitHub knows no such team, got "nowhere"; correct it or take it out',
      ],
    ] as const) {
      write({ reviewers });
      const { code, stdout, stderr } = await run(canary, "preview", "--stack", "github-test");
      assert.notEqual(code, 0);
      assert.ok((stdout + stderr).includes(`error: ${message}\n`), stdout + stderr);
      assert.doesNotMatch(stdout + stderr, / at .*\.ts:/);
    }
  });

  it("leaves nothing when it is destroyed", async () => {
    write({});
    await pulumi("destroy", "--stack", "github-test", "--yes", "--skip-preview");
    assert.equal(github.store.environments.size, 0);
  });
});
