import assert from "node:assert/strict";
import { commandsOf } from "../../support/docs.ts";
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

describe("a sweep of what previews left", () => {
  let previews: TinyPreviews;
  let made = 0;

  before(async () => {
    previews = await TinyPreviews.create();
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

  it("removes exactly what carries a closed pull request's identity, whatever became of its state (002-132)", async () => {
    const { github, host } = previews;
    const { store } = github;
    for (const number of [1, 2, 3, 4, 5, 6]) store.openPullRequest({ number });
    // Others' things, and what is wanted.
    store.comment(2, { body: "made by hand" });
    for (const name of ["staging", "preview"]) deploy(name);
    await previews.leave("somebody", {});
    await previews.leave("other-pr-2", labelsOf("other", "other-pr-2", "s3://others"));
    await previews.leave("tiny-pr-5", labelsOf("tiny", "tiny-pr-5", "s3://others"));
    await up("pr-1");
    deploy("pr-1");
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

  it("says that its host is gone, and does what can be done", async () => {
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
