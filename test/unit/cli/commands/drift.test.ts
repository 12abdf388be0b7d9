/** Pulumi's report on a stack is played; that it reports real changes on GitHub so is proved in test/e2e/github. */
import assert from "node:assert/strict";
import { routeId } from "../../../../components/gateway/served-site.ts";
import { drift, driftInWords } from "../../../../cli/commands/drift.ts";
import { PlayedGithub } from "../../github/played-github.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

const urn = (type: string, name: string): string =>
  `urn:pulumi:repository::towpath::towpath:index:RepositoryEnvironment$${type}::${name}`;
const ruleset = urn("github:index/repositoryRuleset:RepositoryRuleset", "notes-repository-branch");
const label = urn("github:index/issueLabel:IssueLabel", "notes-repository-label-bug");
const command = "pulumi refresh --stack repository --preview-only --json --non-interactive --color never";

describe("towpath drift", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);
  let machine: FakeMachine;
  let github: PlayedGithub;
  const token = process.env.GITHUB_TOKEN;

  beforeEach(async () => {
    github = await PlayedGithub.start();
    process.env.GITHUB_TOKEN = "a-token";
    github.answers = { "GET /repos/octo-org/notes": { id: 1 } };
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("Pulumi.repository.yaml", "config:\n  towpath:repository: octo-org/notes\n");
    const resources = [{ urn: ruleset, type: "github:index/repositoryRuleset:RepositoryRuleset" }];
    state({ resources });
  });
  afterEach(async () => {
    machine.remove();
    await github.stop();
    if (token === undefined) delete process.env.GITHUB_TOKEN;
    else process.env.GITHUB_TOKEN = token;
  });

  function state(latest: object): void {
    const file = ".towpath/state/.pulumi/stacks/towpath/repository.json";
    machine.write(file, JSON.stringify({ checkpoint: { latest } }));
  }
  const look = () => drift("repository", recordedProgress(), machine.project);

  it("finds nothing when everything is unchanged, and changes nothing", async () => {
    machine.pulumi("refresh", [{ steps: [{ op: "refresh", urn: ruleset }] }]);
    const found = await look();
    assert.deepEqual(found, { stack: "repository", differences: [] });
    assert.equal(driftInWords(found), "repository: everything is as the last up left it");
    assert.equal(
      driftInWords({ stack: "pr-12", differences: [], asleep: true }),
      "pr-12: it sleeps, and nothing was compared; npx towpath preview wake pr-12 wakes it",
    );
    assert.deepEqual(machine.calls, [command]);
  });

  it("reports what is gone and what differs", async () => {
    const steps = [
      { op: "update", urn: ruleset, detailedDiff: { "rules.deletion": {}, enforcement: {} } },
      { op: "delete", urn: label },
    ];
    machine.pulumi("refresh", [{ steps }]);
    assert.equal(
      driftInWords(await look()),
      `where     what                                       found
resource  RepositoryRuleset notes-repository-branch  differs in enforcement, rules.deletion
resource  IssueLabel notes-repository-label-bug      is gone

repository: 2 differences; npm run pulumi -- up --stack repository --refresh brings back what the settings say`,
    );
  });

  it("reports what only GitHub knows, and then leaves out the plugin's report on it", async () => {
    machine.write(
      "Pulumi.repository.yaml",
      "config:\n  towpath:repository: octo-org/notes\n  towpath:security: { dependabotAlerts: true }\n",
    );
    const protection = { reviewers: { users: [], teams: [] }, waitMinutes: 0, branches: [], tags: [] };
    const left = { protection: { ...protection, variables: {} }, secrets: {} };
    const stack = { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs: { github: left } };
    state({ resources: [stack] });
    const gone = urn("github:index/repositoryEnvironment:RepositoryEnvironment", "notes-preview");
    machine.pulumi("refresh", [{ steps: [{ op: "delete", urn: gone }] }]);
    github.answers["GET /repos/octo-org/notes/environments"] = { total_count: 0, environments: [] };
    assert.deepEqual((await look()).differences, [
      { where: "GitHub repository", what: "dependabotAlerts", found: "is off" },
      { where: "GitHub preview", what: "the environment", found: "is gone" },
    ]);
  });

  it("reports that the gateway serves another route than the last complete run left", async () => {
    const route = { serves: routeId({ text: "text", release: "release" }), since: "2026-01-02T03:04:05Z" };
    const resources = [{ urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs: { route } }];
    machine.write(
      ".towpath/namespaces/notes-local/state/.pulumi/stacks/towpath/local.json",
      JSON.stringify({ checkpoint: { latest: { resources } } }),
    );
    machine.pulumi("refresh", [{ steps: [] }]);
    const differences = async (answer: string): Promise<unknown> => {
      machine.docker("exec", answer);
      return (await drift("local", recordedProgress(), machine.project)).differences;
    };
    assert.deepEqual(await differences("text\0release\n\0loaded"), []);
    assert.deepEqual(await differences("text\0another\n\0loaded"), [
      {
        ...{ where: "gateway", what: "route" },
        found: "the gateway serves another route than the last complete run left",
      },
    ]);
  });

  it("reports why a check failed", async () => {
    const diagnostics = [
      { urn: ruleset, message: "error: GET https://x: 401 Bad credentials", severity: "error" },
    ];
    machine.pulumi("refresh", [{ diagnostics }], 255);
    await assert.rejects(look(), (error: Error) => {
      assert.equal(error.name, "Problem");
      assert.match(error.message, /401 Bad credentials/);
      return true;
    });
  });

  it("is refused for a stack that was never brought up", async () => {
    state({});
    await assert.rejects(look(), {
      name: "Problem",
      message:
        '--stack: expected a stack that was brought up, got "repository"; bring it up with npm run pulumi -- up --stack repository',
    });
  });
});
