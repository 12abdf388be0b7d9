/** The stack of a repository, as it asks the engine and GitHub. The real plugin: test/e2e/github/repository.test.ts. */
import { byName, outcome, valueOf, type Outcome } from "../components/engine.ts";
import type * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy } from "../../../components/environment/deploy.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { hidden } from "../components/hidden.ts";
import { PlayedGithub, repositoryOn } from "./played-github.ts";

const page = {
  name: "page",
  images: { web: { context: "web" } },
  services: { web: { image: "web", port: 8080, health: { path: "/" } } },
};

describe("the stack of a repository", () => {
  const before = process.cwd();
  let folder: string;
  let github: PlayedGithub;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "towpath-repository-"));
    mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
    writeFileSync(
      join(folder, ".github", "workflows", "ci.yml"),
      "on: pull_request\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps: []\n",
    );
    process.chdir(folder);
    github = await PlayedGithub.start();
    github.answers = { ...repositoryOn("enterprise"), "PATCH /repos/octocat/notes": { id: 1 } };
    Object.assign(process.env, { GITHUB_TOKEN: "a token", PREVIEW_KEY: "a key" });
  });
  afterEach(async () => {
    for (const name of ["GITHUB_TOKEN", "PREVIEW_KEY"]) Reflect.deleteProperty(process.env, name);
    await github.stop();
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  function run(
    change: Record<string, unknown> = {},
    preview = false,
  ): Promise<Outcome<Readonly<Record<string, unknown>>>> {
    const settings: Record<string, unknown> = {
      repository: "octocat/notes",
      rules: { requiredChecks: ["ci"] },
      labels: { bug: { color: "d73a4a" } },
      variables: { REGION: "north" },
      ...change,
    };
    const configuration = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        `towpath:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
    return outcome(() => deploy(page, loadSettings(page.name)), {
      ...{ stack: "repository", configuration, preview },
      functions: { "pulumi:pulumi:readStackOutputs": () => ({ outputs: {} }) },
    });
  }

  async function refusal(change: Record<string, unknown> = {}): Promise<string> {
    const { thrown, registrations } = await run(change);
    assert.deepEqual(registrations, []);
    assert.ok(thrown instanceof Error);
    return thrown.message;
  }

  it("has rules, labels, variables, and the environment of all previews", async () => {
    const { registrations, result, thrown } = await run({
      preview: {
        reviewers: { users: ["octocat"] },
        secrets: { SSH_KEY: { source: "environment", variable: "PREVIEW_KEY" } },
      },
    });
    assert.equal(thrown, undefined);
    const resources = byName(registrations);
    assert.deepEqual(Object.keys(resources).sort(), [
      "page-repository-github",
      "page-repository-label-bug",
      "page-repository-preview-environment",
      "page-repository-preview-secret-SSH_KEY",
      "page-repository-rules-branch",
      "page-repository-rules-tags",
      "page-repository-variable-REGION",
    ]);
    const environment = resources["page-repository-preview-environment"]?.inputs;
    assert.deepEqual(
      [environment?.environment, environment?.reviewers],
      ["preview", [{ users: [5], teams: [] }]],
    );
    assert.deepEqual(resources["page-repository-preview-secret-SSH_KEY"]?.inputs.value, hidden("a key"));
    assert.equal(await valueOf(result?.repository as pulumi.Output<string>), "octocat/notes");
  });

  it("turns GitHub's security checks on once, and not in a plan", async () => {
    const security = { dependabotAlerts: false, secretScanning: true, pushProtection: true };
    const written = (): string[] => github.asked.filter((asked) => !asked.startsWith("GET "));
    await run({ security }, true);
    assert.deepEqual(written(), []);

    const { result } = await run({ security });
    await valueOf(result?.repository as pulumi.Output<string>);
    assert.deepEqual(written(), ["PATCH /repos/octocat/notes", "PATCH /repos/octocat/notes"]);

    const enabled = { status: "enabled" };
    github.answers["GET /repos/octocat/notes"] = {
      ...(github.answers["GET /repos/octocat/notes"] as object),
      security_and_analysis: { secret_scanning: enabled, secret_scanning_push_protection: enabled },
    };
    await valueOf((await run({ security })).result?.repository as pulumi.Output<string>);
    assert.equal(written().length, 2);
  });

  it("is refused with a check named almost like a workflow's, and with what the plan does not offer, both at once", async () => {
    github.answers = repositoryOn("free");
    assert.equal(
      await refusal({ rules: { requiredChecks: ["CI"] }, security: { secretScanning: true } }),
      [
        'towpath:rules.requiredChecks[0]: no workflow reports this check, got "CI"; did you mean "ci"',
        "towpath:rules: GitHub has rulesets in private repositories on pro, team, enterprise only, got a private one on free; upgrade or make it public, or leave the repository's stack out, and agree on the rules",
        "towpath:security.secretScanning: GitHub has secret scanning and push protection in private repositories on team, enterprise only, got a private one on free; upgrade or make it public, or leave it out",
      ].join("\n"),
    );
  });

  it("is refused without a token, and with one without the permission", async () => {
    github.answers = {};
    assert.equal(
      await refusal(),
      'towpath:repository: GitHub shows this token no such repository, got "octocat/notes"; correct it, or give the token access to it',
    );
    delete process.env.GITHUB_TOKEN;
    assert.equal(
      await refusal(),
      "towpath:token: no value for it in the environment variable GITHUB_TOKEN; set the variable for this run",
    );
  });
});
