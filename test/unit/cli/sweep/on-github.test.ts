import assert from "node:assert/strict";
import { kindsOnGithub, type OnGithub } from "../../../../cli/sweep/on-github.ts";
import { PullRequests } from "../../../../cli/sweep/pull-requests.ts";
import type { Kind, KindName, Thing } from "../../../../cli/sweep/thing.ts";
import { previewOf } from "../../../../cli/sweep/whose.ts";
import { GithubClient } from "../../../../components/github/client.ts";
import { branchPreviewStack } from "../../../../components/naming/namespace.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";

describe("what a sweep knows of GitHub", function () {
  // A write may follow another one after a second only.
  this.timeout(30_000);

  let github: LocalGithub;
  let on: OnGithub;

  beforeEach(async () => {
    github = await LocalGithub.start();
    const access = { token: "t", place: "towpath:github.token", variables: { GITHUB_BASE_URL: github.url } };
    const client = new GithubClient({ ...access, say: () => undefined });
    on = { github: client, repository: "octo-org/notes", application: "notes" };
  });
  afterEach(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function thing(stack: string): Thing {
    const whose = previewOf("notes", stack);
    if (whose === undefined) throw new Error(`${stack} is no preview`);
    return { kind: "stack", id: stack, name: stack, place: "the state", ...whose };
  }
  function kind(name: KindName): Kind {
    return kindsOnGithub(on).find((one) => one.name === name) ?? assert.fail(name);
  }
  function deploy(environment: string, state: string): void {
    const { store } = github;
    const id = store.nextId();
    const at = store.now();
    const statuses = [{ id: store.nextId(), state, description: "", created_at: at, updated_at: at }];
    const commit = { ref: "main", sha: "0".repeat(40), task: "deploy", creator: store.actor };
    const kind = { environment, isTransient: true, isProduction: false };
    store.deployments.set(id, { id, ...commit, ...kind, createdAt: at, statuses });
  }

  it("is what became of each pull request that has a preview, with one question for all that are open", async () => {
    for (let number = 1; number <= 120; number++) github.store.openPullRequest({ number });
    for (const [number, mergedAt] of [
      [118, null],
      [119, "2026-01-01T00:00:00Z"],
    ] as const) {
      const pull = github.store.pullRequests.get(number) ?? assert.fail();
      Object.assign(pull, { state: "closed", mergedAt });
    }
    const things = ["pr-1", "pr-118", "pr-119-admin", "pr-500"].map(thing);
    const { pullRequests } = await new PullRequests(on, {}).facts(things);
    assert.deepEqual(
      [1, 118, 119, 500].map((number) => pullRequests.get(number)),
      ["open", "closed", "merged", undefined],
    );
    assert.equal(github.made.length, 2 + 3);
  });

  it("asks for one pull request alone where one preview is in question", async () => {
    github.store.openPullRequest({ number: 12 });
    const { pullRequests } = await new PullRequests(on, {}).facts([thing("pr-12")]);
    assert.deepEqual([...pullRequests], [[12, "open"]]);
    assert.deepEqual(
      github.made.map(({ path }) => path),
      ["/repos/octo-org/notes/pulls/12"],
    );
  });

  it("is which branches exist, where a branch has a preview", async () => {
    github.store.openPullRequest({ number: 1, branch: "feature/x" });
    const stack = branchPreviewStack("feature/x");
    const { ofBranches, isOfBranch } = await new PullRequests(on, {}).facts([thing(stack)]);
    const { preview } = thing(stack);
    assert.deepEqual([ofBranches.has(preview), isOfBranch(preview)], [true, true]);
    assert.equal(ofBranches.has(thing(branchPreviewStack("feature/y")).preview), false);
  });

  it("refuses to decide anything where GitHub shows no such repository", async () => {
    const elsewhere = new PullRequests({ ...on, repository: "octo-org/other" }, {});
    await assert.rejects(elsewhere.facts(["pr-1", "pr-2"].map(thing)), {
      message:
        'towpath:github.repository: GitHub shows this token no such repository, got "octo-org/other"; correct it, or give the token access to it',
    });
  });

  it("is the deployments and environments of previews, and of nothing else", async () => {
    for (const name of ["pr-12", "pr-12-admin", "staging", "preview", "pr-notes"]) {
      github.store.addEnvironment(name);
      deploy(name, "success");
    }
    for (const name of ["deployment", "environment"] as const) {
      const found = await kind(name).list();
      assert.deepEqual(
        found.map(({ preview, pullRequest }) => [preview, pullRequest]).sort(),
        [
          ["notes-pr-12", 12],
          ["notes-pr-12-admin", 12],
        ],
        name,
      );
    }
  });

  it("loses active deployments and environments, each once", async () => {
    github.store.addEnvironment("pr-12");
    for (const state of ["inactive", "success"]) deploy("pr-12", state);
    const deployments = await kind("deployment").list();
    for (const one of deployments) assert.equal(await kind("deployment").remove(one), true);
    assert.equal(github.store.deployments.size, 0);
    const [environment] = await kind("environment").list();
    assert.equal(await kind("environment").remove(environment ?? assert.fail()), true);
    assert.equal(await kind("environment").remove(environment ?? assert.fail()), false);
  });

  it("loses the pictures of previews, and no other branch", async () => {
    const branches = ["towpath-pictures/notes/pr-12-admin", "towpath-pictures/notes/other", "main"];
    for (const branch of branches) github.store.refs.set(`refs/heads/${branch}`, "0".repeat(40));
    const found = await kind("pictures").list();
    assert.deepEqual(
      found.map(({ name, preview, pullRequest, owner }) => [name, preview, pullRequest, owner]),
      [[branches[0], "notes-pr-12-admin", 12, "own"]],
    );
    assert.equal(await kind("pictures").remove(found[0] ?? assert.fail()), true);
    assert.equal(await kind("pictures").remove(found[0] ?? assert.fail()), false);
    assert.equal(github.store.refs.size, 2);
  });
});
