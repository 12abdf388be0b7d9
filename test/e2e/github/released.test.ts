/** Everything of a repository on GitHub, made by the stacks that release to real hosts. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Difference } from "../../../cli/drift/resources.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { ReleasedProject } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import type { Ended } from "../../support/project.ts";
import { writesSince } from "./by-hand.ts";

const canary = "canary-value-never-to-be-seen";
const repository = "octo-org/notes";
const stacks = ["repository", "staging", "production"] as const;

describe("staging and production with their environments on GitHub", () => {
  let hosts: TestHost[];
  let github: LocalGithub;
  let released: ReleasedProject;

  before(async () => {
    hosts = [await takeHost(), await takeHost()];
    const [staging, production] = hosts;
    assert.ok(staging && production);
    github = await LocalGithub.start();
    released = await ReleasedProject.create({ staging, production });
    const { source } = released.project;
    source.write(".github/workflows/ci.yml", "on: pull_request\njobs: { ci: {} }\n");
    source.write(
      "Pulumi.repository.yaml",
      stringify({
        config: {
          "towpath:repository": repository,
          "towpath:rules": { requiredChecks: ["ci"] },
          "towpath:labels": { deployment: { color: "1d76db", description: "changes how it is deployed" } },
          "towpath:preview": { branches: ["main"] },
        },
      }),
    );
    await released.project.succeed(["pulumi", "stack", "init", "--stack", "repository"]);
    const secrets = { JWT_SECRET: { source: "environment" } };
    const commit = await released.publish();
    released.configure("staging", { commit, secrets, github: { repository, branches: ["main"] } });
    released.configure("production", {
      secrets,
      github: { repository, reviewers: { users: ["alice"], teams: ["release-team"] }, tags: ["v*"] },
    });
  });
  after(async () => {
    await released.remove();
    await github.stop();
    for (const host of hosts) await handBack(host);
  });

  async function run(...args: string[]): Promise<Ended> {
    const ended = await released.run(args, {
      GITHUB_BASE_URL: github.url,
      GITHUB_TOKEN: "a-token",
      JWT_SECRET: canary,
    });
    assert.deepEqual(github.wrong, []);
    assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(canary));
    return ended;
  }

  async function up(stack: string, ...more: string[]): Promise<Ended> {
    const ended = await run("pulumi", "up", "--yes", "--skip-preview", "--stack", stack, ...more);
    assert.equal(ended.code, 0, `${stack}\n${ended.stdout}\n${ended.stderr}`);
    return ended;
  }

  async function drifted(stack: string): Promise<string[]> {
    const { code, stdout, stderr } = await run("drift", "--stack", stack, "--json");
    const { differences } = JSON.parse(stdout) as { differences?: Difference[] };
    assert.ok(differences, stdout + stderr);
    assert.equal(code, differences.length === 0 ? 0 : 1);
    return differences.map((difference) => JSON.stringify(difference));
  }

  it("are made with the repository's rules, by one up of each stack", async () => {
    for (const stack of stacks) await up(stack);

    assert.deepEqual([...github.store.rulesets.values()].map(({ target }) => target).sort(), [
      "branch",
      "tag",
    ]);
    assert.deepEqual([...github.store.labels.keys()], ["deployment"]);
    assert.deepEqual([...github.store.environments.keys()].sort(), ["preview", "production", "staging"]);
    const { reviewers, branchPolicies } = environment("production");
    assert.deepEqual(
      [reviewers.length, branchPolicies.map(({ type, name }) => `${type} ${name}`)],
      [2, ["tag v*"]],
    );
    for (const stack of ["staging", "production"] as const) {
      assert.equal(environment(stack).secrets.get("JWT_SECRET")?.value, canary);
      assert.equal((await released.ask(stack, "/api/health")).status, 200);
    }
  });

  it("are the same after a second up of each, and nothing has drifted", async () => {
    const before = github.made.length;
    for (const stack of stacks) {
      const { stdout } = await up(stack);
      assert.match(stdout, /Resources:\n +\d+ unchanged\n/);
      assert.deepEqual(await drifted(stack), []);
    }
    assert.deepEqual(writesSince(github, before), []);
  });

  it("drift when somebody changes them by hand, and are repaired by the next up", async () => {
    environment("production").reviewers = [];
    const { secrets } = environment("staging");
    const { created_at } = secrets.get("JWT_SECRET") ?? assert.fail("there is no secret");
    secrets.set("JWT_SECRET", { value: "by hand", created_at, updated_at: github.store.now() });
    github.store.labels.delete("deployment");
    const told = { repository: /deployment/, staging: /JWT_SECRET/, production: /reviewers/ };

    for (const stack of stacks) assert.match((await drifted(stack)).join("\n"), told[stack]);
    for (const stack of stacks) await up(stack, "--refresh");

    for (const stack of stacks) assert.deepEqual(await drifted(stack), []);
    assert.equal(environment("production").reviewers.length, 2);
    assert.equal(environment("staging").secrets.get("JWT_SECRET")?.value, canary);
    for (const stack of ["staging", "production"] as const) {
      assert.equal((await released.ask(stack, "/")).status, 200);
    }
  });

  function environment(name: string): NonNullable<ReturnType<typeof github.store.environment>> {
    return github.store.environment(name) ?? assert.fail(`there is no environment ${name}`);
  }
});
