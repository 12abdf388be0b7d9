import assert from "node:assert/strict";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject, type Ended } from "../../support/project.ts";

const program = (requiredChecks: readonly string[]): string => `
import "./components/stack-traces.ts";
import * as github from "@pulumi/github";
import { RepositoryRules } from "./components/github/repository-rules.ts";

new RepositoryRules("notes", {
  repository: "notes",
  requiredChecks: ${JSON.stringify(requiredChecks)},
  approvals: 1,
  linearHistory: true,
  releaseTags: ["v*"],
  projectFolder: ".",
  provider: new github.Provider("github", { owner: "octo-org", token: "a-token", writeDelayMs: 1 }),
});
`;

describe("a repository's rules on GitHub", () => {
  let github: LocalGithub;
  let project: TestProject;

  before(async () => {
    github = await LocalGithub.start();
    project = await TestProject.create();
    project.source.write(".github/workflows/ci.yml", "on: pull_request\njobs: { ci: {} }\n");
    project.source.write("index.ts", program(["ci"]));
    const { code, stderr } = await pulumi("stack", "init", "--stack", "rules-test");
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await project.remove();
    await github.stop();
  });

  function pulumi(...args: string[]): Promise<Ended> {
    return project.run(["pulumi", ...args, "--non-interactive"], { GITHUB_BASE_URL: github.url });
  }

  const up = ["up", "--stack", "rules-test", "--yes", "--skip-preview"];

  it("are made as they are described, and made once", async () => {
    const made = await pulumi(...up);
    assert.equal(made.code, 0, made.stdout + made.stderr);
    assert.deepEqual(github.wrong, []);

    const rulesets = [...github.store.rulesets.values()].map(({ name, target, rules }) => ({
      name,
      target,
      rules: (rules as { type: string }[]).map(({ type }) => type).sort(),
    }));
    assert.deepEqual(
      rulesets.sort((a, b) => String(a.name).localeCompare(String(b.name))),
      [
        {
          name: "main branch",
          target: "branch",
          rules: [
            "deletion",
            "non_fast_forward",
            "pull_request",
            "required_linear_history",
            "required_status_checks",
          ],
        },
        { name: "release tags", target: "tag", rules: ["deletion", "non_fast_forward", "update"] },
      ],
    );
    const again = await pulumi("preview", "--stack", "rules-test", "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.stdout + again.stderr);
  });

  it("come back when somebody deleted them on GitHub", async () => {
    github.store.rulesets.clear();
    const { code, stdout, stderr } = await pulumi(...up, "--refresh");
    assert.equal(code, 0, stdout + stderr);
    assert.equal(github.store.rulesets.size, 2);
  });

  it("are refused with a check that no workflow reports, before anything is asked of GitHub", async () => {
    project.source.write("index.ts", program(["tests"]));
    const before = github.made.length;
    const { code, stdout, stderr } = await pulumi("preview", "--stack", "rules-test");
    assert.notEqual(code, 0);
    const message = 'requiredChecks[0]: no workflow reports this check, got "tests"; known are ci';
    assert.ok((stdout + stderr).includes(`error: ${message}\n`), stdout + stderr);
    const asked = github.made.slice(before).filter(({ method }) => method !== "GET");
    assert.deepEqual(asked, []);
  });
});
