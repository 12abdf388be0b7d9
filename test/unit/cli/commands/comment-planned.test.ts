/** Whose pull requests are planned for their comment, and whose are not. What it says: test/unit/cli/comment. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { comment, type Commented } from "../../../../cli/commands/comment.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { recordedProgress } from "../quiet.ts";

describe("the plans of a pull request's comment", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  let machine: FakeMachine;
  let github: LocalGithub;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    github = await LocalGithub.start();
    process.env.GITHUB_BASE_URL = github.url;
    process.env.TOKEN = "canary-of-a-test";
    const { previewDomain, registry, host, gateway } = good.preview;
    const settings = {
      ...{ previewDomain, registry: { ...registry, login: undefined }, host, gateway },
      github: { repository: "octo-org/notes", token: { source: "environment", variable: "TOKEN" } },
    };
    const config = Object.entries(settings).map(([name, value]) => [`towpath:${name}`, value as unknown]);
    machine.write("Pulumi.preview.yaml", stringify({ config: Object.fromEntries(config) as object }));
    machine.write("Pulumi.staging.yaml", "config: {}\n");
    machine.pulumi("preview", [{ steps: [] }]);
  });
  afterEach(async () => {
    delete process.env.GITHUB_BASE_URL;
    machine.remove();
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  const write = (preview?: object): Promise<Commented> => {
    machine.write("preview.json", JSON.stringify({ pullRequest: 12, ...(preview && { preview }) }));
    const wish = { preview: `${machine.root}/preview.json` };
    return comment(undefined, wish, recordedProgress(), machine.project);
  };
  const planned = (): number => machine.calls.filter((call) => call.startsWith("pulumi preview")).length;

  it("plans what a branch of the repository would do, while it is open", async () => {
    const pull = github.store.openPullRequest({ number: 12 });
    await write({ stack: "pr-12", state: "running" });
    assert.equal(planned(), 1);
    const said = github.store.comments[0]?.body ?? "";
    assert.match(said, /Preview is running[^]*\*\*Merging, `staging`\*\*/);
    pull.state = "closed";
    const { text } = await write({ stack: "pr-12", state: "closed" });
    assert.equal(planned(), 1);
    assert.deepEqual([github.store.comments.length, github.store.comments[0]?.body], [1, text]);
    assert.deepEqual(text.split("\n\n").slice(2), said.split("\n\n").slice(2));
    assert.match(text, /\*\*Preview is gone\*\*/);
    // What could not be removed is said, whoever decides.
    await write({ stack: "pr-12", state: "failed", words: "the host cannot be reached" });
    assert.match(github.store.comments[0]?.body ?? "", /Preview failed[^]*the host cannot be reached/);
  });

  it("is none of a pull request that is no longer there", async () => {
    const { text } = await write({ stack: "pr-12", state: "closed" });
    assert.equal(text, "pull request 12 is no longer there");
    assert.equal(planned(), 0);
  });

  it("never plans a fork, with whatever token it asks", async () => {
    github.store.openPullRequest({ number: 12, headOwner: "mallory" });
    const { text } = await write();
    assert.match(text, /comes from a fork and waits for a maintainer/);
    assert.equal(planned(), 0);
    assert.doesNotMatch(text, /canary/);
  });
});
