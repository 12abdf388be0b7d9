/** What Pulumi says of a stack is played; that it says so of real changes on GitHub is in test/e2e/github. */
import assert from "node:assert/strict";
import { drift, driftInWords } from "../../../cli/commands/drift.ts";
import { FakeMachine } from "./fake-machine.ts";
import { recordedProgress } from "./quiet.ts";

const urn = (type: string, name: string): string =>
  `urn:pulumi:repository::towpath::towpath:index:RepositoryEnvironment$${type}::${name}`;
const ruleset = urn("github:index/repositoryRuleset:RepositoryRuleset", "notes-repository-branch");
const label = urn("github:index/issueLabel:IssueLabel", "notes-repository-label-bug");
const command = "pulumi refresh --stack repository --preview-only --json --non-interactive --color never";

describe("towpath drift", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);
  let machine: FakeMachine;

  beforeEach(() => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("Pulumi.repository.yaml", "config:\n  towpath:repository: octo-org/notes\n");
    const resources = [{ urn: ruleset, type: "github:index/repositoryRuleset:RepositoryRuleset" }];
    state({ resources });
  });
  afterEach(() => {
    machine.remove();
  });

  function state(latest: object): void {
    const file = ".towpath/state/.pulumi/stacks/towpath/repository.json";
    machine.write(file, JSON.stringify({ checkpoint: { latest } }));
  }
  const look = () => drift("repository", recordedProgress(), machine.project);

  it("finds nothing where all is as it was left, and changes nothing", async () => {
    machine.pulumi("refresh", [{ steps: [{ op: "refresh", urn: ruleset }] }]);
    const found = await look();
    assert.deepEqual(found, { stack: "repository", differences: [] });
    assert.equal(driftInWords(found), "repository: everything is as the last up left it");
    assert.deepEqual(machine.calls, [command]);
  });

  it("tells what is gone and what differs", async () => {
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

  it("says why a look failed", async () => {
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
