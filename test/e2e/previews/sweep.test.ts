import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { quietPlan } from "../../support/comment-facts.ts";
import { commandsOf } from "../../support/docs.ts";
import { fileOnBranch } from "../../support/github/git-handlers.ts";
import { ask } from "../../support/hosts/ask.ts";
import { labelsOf, previewDomain, TinyPreviews } from "../../support/hosts/tiny-previews.ts";

/** The answer of `towpath sweep --json`. */
interface Answer {
  readonly things: readonly {
    readonly kind: string;
    readonly name: string;
    readonly action: string;
    readonly reason: string;
    readonly result?: string;
    readonly problem?: string;
  }[];
  readonly problems: readonly string[];
}

/** What is checked of each preview. */
const checks = {
  commands: {
    address: { command: `test "$TOWPATH_PREVIEW_URL" = https://pr-1.${previewDomain}` },
    "end-to-end": { command: 'echo "the cart is empty [$SSH_KEY$GITHUB_TOKEN]"; exit 3' },
  },
  pages: [{ path: "/", width: 390 }],
};

describe("previews of a tiny application", () => {
  let previews: TinyPreviews;
  let made = 0;

  before(async () => {
    previews = await TinyPreviews.create({ settings: { checks } });
    previews.github.store.openPullRequest({ number: 1 });
    await up("pr-1");
    deploy("pr-1");
  });
  afterEach(() => {
    const { refs, comments } = previews.github.store;
    refs.clear();
    comments.splice(0);
  });
  after(() => previews.remove());

  async function up(stack: string): Promise<void> {
    await previews.succeed("pulumi", "stack", "init", "--stack", stack);
    await previews.succeed("pulumi", "up", "--stack", stack, "--yes", "--skip-preview");
  }

  function close(number: number): void {
    const pullRequest = previews.github.store.pullRequests.get(number);
    if (pullRequest !== undefined) pullRequest.state = "closed";
  }

  /** Deploys to an environment on GitHub, which makes it. */
  function deploy(environment: string): void {
    const { store } = previews.github;
    if (store.environment(environment) === undefined) store.addEnvironment(environment);
    const id = store.nextId();
    const commit = { ref: "main", sha: "0".repeat(40), task: "deploy", creator: store.actor };
    const isTransient = environment.startsWith("pr-");
    const statuses = [
      { id: store.nextId(), state: "success", description: "", created_at: "", updated_at: "" },
    ];
    const deployment = {
      id,
      environment,
      isTransient,
      isProduction: false,
      createdAt: store.now(),
      statuses,
    };
    store.deployments.set(id, { ...commit, ...deployment });
  }

  async function sweep(code: number, ...args: readonly string[]): Promise<Answer> {
    made = previews.github.made.length;
    const ended = await previews.run("sweep", "--json", ...args);
    assert.equal(ended.code, code, `${ended.stdout}\n${ended.stderr}`);
    return JSON.parse(ended.stdout) as Answer;
  }

  function writes(): string[] {
    const since = previews.github.made.slice(made);
    return since.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  }

  it("have the results of their checks and pictures in the comment (002-192)", async () => {
    const { github, project, host } = previews;
    const { store } = github;
    // The domain leads nowhere in tests.
    const browser = join(project.folder, "browser");
    project.source.write(
      "browser",
      `#!/bin/sh\nexec "$(command -v chromium || command -v google-chrome)" --host-resolver-rules="MAP *.${previewDomain} ${host.address}" "$@"\n`,
    );
    chmodSync(browser, 0o755);
    project.source.write("plan.json", JSON.stringify(quietPlan("staging")));
    const [command = ""] = commandsOf("previews.md").filter((line) => line.includes("preview check"));
    const args = command.replace("12", "1").split(" ").slice(2);

    const checked = await previews.launch([...args, "--to", "checks"], { CHROMIUM: browser }).ended;
    assert.equal(checked.code, 1, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /^end-to-end:\nthe cart is empty \[\]$/m);
    const [status] = [...store.commitStatuses.values()].flat();
    assert.deepEqual(
      [status?.context, status?.state, status?.description],
      ["towpath/checks", "failure", "1 of 4 failed: end-to-end"],
    );
    await previews.succeed("comment", "1", "--plan", "plan.json", "--checks", "checks/checks.json");

    const [comment] = store.comments;
    const { body = "" } = comment ?? {};
    assert.match(body, /^\*\*Checks\*\*: 3 of 4 passed · ❌ `end-to-end` `exit code 3 after \d+ s` · /m);
    const [, commit = ""] = /\/blob\/([0-9a-f]{40})\/page-1\.png\?raw=true/.exec(body) ?? [];
    assert.equal(store.refs.get("refs/heads/towpath-pictures/tiny/pr-1"), commit);
    const picture = fileOnBranch(store, "towpath-pictures/tiny/pr-1", "page-1.png");
    assert.deepEqual([picture?.toString("latin1", 1, 4), picture?.readUInt32BE(16)], ["PNG", 390]);
    assert.deepEqual(github.wrong, []);
  });

  it("leave nothing after a sweep of what carries a closed pull request's identity, whatever became of its state (002-132)", async () => {
    const { github, host } = previews;
    const { store } = github;
    for (const number of [2, 3, 4, 5, 6]) store.openPullRequest({ number });
    // Others' things, and what is wanted.
    store.comment(2, { body: "made by hand" });
    for (const name of ["staging", "preview"]) deploy(name);
    await previews.leave("somebody", {});
    await previews.leave("other-pr-2", labelsOf("other", "other-pr-2", "s3://others"));
    await previews.leave("tiny-pr-5", labelsOf("tiny", "tiny-pr-5", "s3://others"));
    const wanted = await previews.inventory();
    // What is left in each way.
    await up("pr-2");
    await up("pr-3");
    previews.loseState("pr-3");
    await previews.leave("tiny-pr-4", labelsOf("tiny", "tiny-pr-4", previews.state));
    await host.docker("network", "connect", "tiny-pr-4", previews.gateway);
    await previews.succeed("pulumi", "stack", "init", "--stack", "pr-6");
    for (const name of ["pr-2", "pr-2", "pr-3", "pr-4"]) deploy(name);
    for (const number of [2, 3, 4, 5, 6]) close(number);
    store.refs.set("refs/heads/towpath-pictures/tiny/pr-2", "0".repeat(40));
    const before = await previews.inventory();
    assert.notDeepEqual(before, wanted);

    const commands = commandsOf("previews.md").filter((command) => command.includes("sweep"));
    assert.deepEqual(commands, ["npx towpath sweep --dry-run", "npx towpath sweep"]);
    const planned = await sweep(0, "--dry-run");

    assert.deepEqual(await previews.inventory(), before);
    assert.deepEqual(writes(), []);
    assert.deepEqual(
      planned.things.filter(({ name }) => name.startsWith("tiny-pr-5")).map(({ reason }) => reason),
      ["another's", "another's", "another's"],
    );

    const swept = await sweep(0);

    assert.deepEqual(await previews.inventory(), wanted);
    assert.deepEqual(swept.problems, []);
    const results = new Set(swept.things.map(({ action, result }) => `${action} ${result}`));
    assert.deepEqual([...results].sort(), ["keep kept", "remove gone", "remove removed"]);
    assert.equal((await ask(host.address, `pr-1.${previewDomain}`, "/")).status, 200);

    const again = await sweep(0);
    assert.deepEqual(
      again.things.filter(({ action }) => action === "remove"),
      [],
    );
    assert.deepEqual(writes(), []);
    assert.deepEqual(github.wrong, []);
  });

  it("are swept as far as can be where their host is gone", async () => {
    const { github, host } = previews;
    github.store.openPullRequest({ number: 7 });
    github.store.addEnvironment("pr-7");
    for (const number of [1, 7]) close(number);
    await host.stopEngine();
    try {
      const { things, problems } = await sweep(1);
      assert.equal(problems.length, 1);
      const results = things.map(({ kind, name, result }) => `${kind} ${name.split(" ")[0]}: ${result}`);
      assert.deepEqual(results, [
        "stack pr-1: failed",
        "deployment pr-1: removed",
        "environment pr-1: removed",
        "environment pr-7: removed",
      ]);
    } finally {
      await host.startEngine();
    }
    await sweep(0);
    assert.deepEqual((await previews.inventory()).stacks, ["host-previews"]);
  });
});
