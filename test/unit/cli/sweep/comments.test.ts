import assert from "node:assert/strict";
import type { CommentFacts } from "../../../../cli/comment/facts.ts";
import { putComment } from "../../../../cli/comment/put-comment.ts";
import { commentsOf, warnOf, type ProjectComments } from "../../../../cli/sweep/comments.ts";
import { GithubClient } from "../../../../components/github/client.ts";
import { exampleComments } from "../../../support/comment-facts.ts";
import { LocalGithub } from "../../../support/github/local-github.ts";

describe("the comments that a sweep looks at", function () {
  // A write may follow another one after a second only.
  this.timeout(30_000);

  let github: LocalGithub;
  let comments: ProjectComments;

  beforeEach(async () => {
    github = await LocalGithub.start();
    const access = { token: "t", place: "towpath:github.token", variables: { GITHUB_BASE_URL: github.url } };
    const client = new GithubClient({ ...access, say: () => undefined });
    const on = { client, name: { owner: "octo-org", repo: "notes" } };
    comments = { on, project: "towpath", application: "notes" };
    github.store.openPullRequest({ number: 12 });
  });
  afterEach(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  function facts(project: string): CommentFacts {
    const preview = { stack: "pr-12", state: "running", address: "https://pr-12.example.test" } as const;
    return { project, pullRequest: 12, at: "2026-01-01T00:00:00Z", preview, merging: [] };
  }
  function bodies(): string[] {
    return github.store.comments.map(({ body }) => body.split("\n\n").slice(1).join("\n\n"));
  }

  it("are this project's that say that a preview is there; then they say that it is gone", async () => {
    await putComment(facts("towpath"), comments.on);
    await putComment(facts("another"), comments.on);
    const [own] = github.store.comments;
    github.store.comment(12, { author: "alice", body: `> ${own?.body ?? ""}` });
    const kind = commentsOf(comments);
    const found = await kind.list();
    assert.deepEqual(
      found.map(({ id, preview, pullRequest }) => [id, preview, pullRequest]),
      [[String(own?.id), "notes-pr-12", 12]],
    );
    const others = bodies().slice(1);

    assert.equal(await kind.remove(found[0] ?? assert.fail()), true);

    assert.deepEqual(bodies(), ["⚫ **Preview is gone** · stack `pr-12`", ...others]);
    assert.deepEqual(await kind.list(), []);
  });

  it("say no longer that a fork's commit waits for a maintainer", async () => {
    const { fork } = exampleComments;
    assert.ok(fork);
    await putComment({ ...fork, project: "towpath" }, comments.on);
    const before = bodies()[0]?.split("\n\n") ?? [];
    const kind = commentsOf(comments);
    const [found] = await kind.list();
    await kind.remove(found ?? assert.fail());
    assert.equal(bodies()[0], ["⚫ **Preview is gone** · stack `pr-12`", ...before.slice(2)].join("\n\n"));
  });

  it("leaves a person's comment alone that begins as the project's own does", async () => {
    await putComment(facts("towpath"), comments.on);
    const [own] = github.store.comments;
    github.store.comment(12, { author: "alice", body: own?.body ?? "" });
    const kind = commentsOf(comments);
    const results = await Promise.all((await kind.list()).map((one) => kind.remove(one)));
    assert.deepEqual(results.sort(), [false, true]);
    assert.ok(bodies()[1]?.includes("is running"));
  });

  it("warn of the end of a preview's time, once", async () => {
    await putComment(facts("towpath"), comments.on);
    const before = bodies()[0] ?? "";
    for (let times = 0; times < 2; times++)
      await warnOf({ pullRequest: 12, end: new Date("2026-03-11T12:00:00Z") }, comments);
    assert.deepEqual(bodies(), [
      `${before}<br>\`nobody has used it for long: it is removed after 2026-03-11 12:00 UTC unless somebody does\``,
    ]);
    assert.equal(github.made.filter(({ method }) => method === "PATCH").length, 1);
    await warnOf({ pullRequest: 13, end: new Date() }, comments);
  });
});
