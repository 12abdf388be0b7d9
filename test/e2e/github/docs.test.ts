import assert from "node:assert/strict";
import { blocksOf, commandsOf } from "../../support/docs.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { TestProject } from "../../support/project.ts";

describe("docs/github.md", () => {
  let github: LocalGithub;
  let project: TestProject;

  before(async () => {
    github = await LocalGithub.start({ owner: "octocat" });
    project = await TestProject.create();
    project.source.write(".github/workflows/ci.yml", "on: pull_request\njobs: { ci: {} }\n");
  });
  after(async () => {
    await project.remove();
    await github.stop();
  });

  it("contains commands that set up a repository and look at it, one after the other", async () => {
    const [settings = ""] = blocksOf("github.md", "yaml");
    project.source.write("Pulumi.repository.yaml", `${settings}\n`);
    const commands = commandsOf("github.md");
    assert.equal(commands.length, 5, commands.join("\n"));
    const variables = { GITHUB_BASE_URL: github.url, GITHUB_TOKEN: "a-token" };
    for (const command of commands) {
      const { code, stdout, stderr } = await project.spawn("sh", ["-c", command], variables).ended;
      assert.deepEqual(github.wrong, []);
      // Nobody has given the sample application's secrets yet, and that is what it says.
      if (command === "npx towpath env check") {
        assert.equal(code, 1, stderr);
        assert.match(stdout, /^ {2}staging: lacks a value for the secret JWT_SECRET; /m);
      } else assert.equal(code, 0, `${command}\n${stdout}\n${stderr}`);
    }
    assert.equal(github.store.rulesets.size, 2);
    assert.deepEqual([...github.store.labels.keys()], ["bug"]);
    assert.ok(github.store.environment("preview"));
  });
});
