/** Everything of a repository on GitHub, made by the stacks that release to real hosts. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Difference } from "../../../cli/drift/resources.ts";
import { LocalGithub } from "../../support/github/local-github.ts";
import { ReleasedProject, type ReleasedStack } from "../../support/hosts/released-project.ts";
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
    await released.publish();
    configure({});
    for (const stack of stacks) await up(stack);
  });
  after(async () => {
    await released.remove();
    await github.stop();
    for (const host of hosts) await handBack(host);
  });

  /** Takes the commit that was published last to staging; production's settings may have more. */
  function configure(production: Readonly<Record<string, unknown>>): void {
    const secrets = { JWT_SECRET: { source: "environment" } };
    const { commit } = released;
    released.configure("staging", { commit, secrets, github: { repository, branches: ["main"] } });
    released.configure("production", {
      secrets,
      github: { repository, reviewers: { users: ["alice"], teams: ["release-team"] }, tags: ["v*"] },
      ...production,
    });
  }

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

  it("are made together with the repository's rules, by one up of each stack", async () => {
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

  it("are unchanged by a second up of each, and nothing has drifted", async () => {
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

  it("release to production exactly what was approved, and nothing before that", async () => {
    const { source } = released.project;
    const [alice, other] = [await publicKey("alice"), await publicKey("other")];
    await released.publishOther("api");
    configure({ approval: { required: 1, signers: { alice: `ssh-ed25519 ${alice}` } } });
    source.append("Pulumi.production.yaml", "# Example values: put your own in.\n");
    await up("staging");
    const offered = await released.record("staging");
    const before = await versionIn("production");
    const refused = async (): Promise<string> => {
      const { code, stdout, stderr } = await run(
        "pulumi",
        "up",
        "--yes",
        "--skip-preview",
        "--stack",
        "production",
      );
      assert.notEqual(code, 0);
      return stdout + stderr;
    };
    const missing = `towpath:approval: expected 1 approval of release ${offered.id}, got none; a signer approves it with npx towpath approve --stack production`;
    const said = await refused();
    assert.ok(said.includes(`error: ${missing}\n`), said);

    const { code, stdout, stderr } = await run("approve", "--stack", "production", "--key", "alice");
    assert.equal(code, 0, stderr);
    const images = Object.entries(offered.images).map(([image, digest]) => `${image} ${digest}`);
    assert.equal(images.length, 2);
    for (const part of [offered.id, `${offered.commit}`, "branch main", ...images])
      assert.ok(stderr.includes(part), stderr);
    assert.equal(
      stdout,
      `production: alice approved release ${offered.id}, 1 of 1; it stands in Pulumi.production.yaml: commit it, and release with npm run pulumi -- up --stack production`,
    );
    const file = source.read("Pulumi.production.yaml");
    assert.match(file, /^# Example values: put your own in\.$/m);
    assert.doesNotMatch(file, /PRIVATE KEY/);

    // An approval is of this signer, whoever else may write the settings.
    source.edit("Pulumi.production.yaml", alice, other);
    assert.match(
      await refused(),
      /got none \(that of alice is not of these digests and this description, or /,
    );
    assert.equal(await versionIn("production"), before);
    source.edit("Pulumi.production.yaml", other, alice);
    // And of this plan, of which the settings are a part.
    source.edit("Pulumi.production.yaml", "watchSeconds: 2", "watchSeconds: 3");
    assert.match(
      await refused(),
      /got none \(that of alice is of another plan: the settings are others\); a signer approves it/,
    );
    source.edit("Pulumi.production.yaml", "watchSeconds: 3", "watchSeconds: 2");

    await up("production");
    const { id, approvedBy } = await released.record("production");
    assert.deepEqual([id, approvedBy], [offered.id, ["alice"]]);
    assert.notEqual(await versionIn("production"), before);
  });

  /** Returns the version that a stack's API shows to users. */
  async function versionIn(stack: ReleasedStack): Promise<string> {
    return (await released.ask(stack, "/api/version")).body;
  }

  /** Makes somebody's key in the project's folder; returns its public half, without the words around it. */
  async function publicKey(name: string): Promise<string> {
    const words = ["-q", "-t", "ed25519", "-N", "", "-f", name];
    const made = await released.project.spawn("ssh-keygen", words).ended;
    assert.equal(made.code, 0, made.stderr);
    return released.project.source.read(`${name}.pub`).split(" ")[1] ?? assert.fail("a key of one word");
  }

  function environment(name: string): NonNullable<ReturnType<typeof github.store.environment>> {
    return github.store.environment(name) ?? assert.fail(`there is no environment ${name}`);
  }
});
