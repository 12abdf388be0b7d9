/** The one comment of a project on a pull request, on the local GitHub. */
import assert from "node:assert/strict";
import type { CommentFacts } from "../../../cli/comment/facts.ts";
import { ownComments, putComment, type OnRepository } from "../../../cli/comment/put-comment.ts";
import { renderComment } from "../../../cli/comment/render.ts";
import { GithubClient } from "../../../components/github/client.ts";
import { exampleComments } from "../../support/comment-facts.ts";
import { LocalGithub } from "../../support/github/local-github.ts";

describe("the comment on a pull request", () => {
  let github: LocalGithub;
  let on: OnRepository;

  before(async () => {
    github = await LocalGithub.start();
    on = job();
  });
  beforeEach(() => {
    github.store.comments.splice(0);
    github.store.actor = "github-actions[bot]";
    github.store.openPullRequest({ number: 12, title: "`$(x)` <!-- -->" });
  });
  after(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  /** One job's access: each waits between its own writes only. */
  const job = (): OnRepository => ({
    client: new GithubClient({
      ...{ token: "token", place: "towpath:github.token", say: () => undefined, secondMilliseconds: 1 },
      variables: { GITHUB_BASE_URL: github.url },
    }),
    name: { owner: "octo-org", repo: "notes" },
  });
  const bodies = (): string[] => github.store.comments.map(({ body }) => body);

  it("is made once, and edited in place from then on (002-99)", async () => {
    const address = await putComment(example("ordinary"), on);
    assert.match(address, /\/pull\/12#issuecomment-\d+$/);
    assert.equal(await putComment(example("asleep"), on), address);
    assert.deepEqual(bodies(), [renderComment(example("asleep")).text]);
  });

  it("is found behind all others, on whatever page it is", async () => {
    for (let more = 0; more < 130; more++) github.store.comment(12, { author: "alice", body: "talk" });
    await putComment(example("ordinary"), on);
    for (let more = 0; more < 130; more++) github.store.comment(12, { author: "alice", body: "talk" });
    await putComment(example("closed"), on);
    assert.equal(bodies().filter((body) => body.startsWith("<!-- towpath")).length, 1);
    assert.equal(bodies()[130], renderComment(example("closed")).text);
  });

  for (const actor of ["github-actions[bot]", "octo-org"]) {
    it(`is one also when jobs of ${actor} write it at once`, async () => {
      github.store.actor = actor;
      const before = github.made.length;
      await Promise.all([putComment(example("ordinary"), job()), putComment(example("asleep"), job())]);
      const created = github.made.slice(before).filter(({ method }) => method === "POST");
      assert.equal(created.length, 2);
      assert.equal(github.store.comments.length, 1);
      const texts = ["ordinary", "asleep"].map((name) => renderComment(example(name)).text);
      assert.ok(texts.includes(bodies()[0] ?? ""));
    });
  }

  it("leaves alone what people and other projects wrote, whatever they quote", async () => {
    const { text } = renderComment(example("ordinary"));
    const others = [
      { author: "alice", body: text },
      { author: "github-actions[bot]", body: `> ${text}` },
      {
        author: "github-actions[bot]",
        body: renderComment({ ...example("ordinary"), project: "shop" }).text,
      },
    ];
    for (const one of others) github.store.comment(12, one);
    await putComment(example("asleep"), on);
    await putComment({ ...example("asleep"), project: "shop" }, on);
    assert.deepEqual(bodies().slice(0, 2), [others[0]?.body, others[1]?.body]);
    assert.equal(github.store.comments.length, 4);
    assert.equal((await ownComments(example("asleep"), on)).length, 1);
  });

  it("of a person's token is that person's own only", async () => {
    github.store.actor = "bob";
    github.store.comment(12, { author: "alice", body: renderComment(example("ordinary")).text });
    await putComment(example("asleep"), on);
    assert.deepEqual(
      github.store.comments.map(({ author }) => author),
      ["alice", "bob"],
    );
  });

  it("takes away a second one that a killed job left", async () => {
    await putComment(example("ordinary"), on);
    github.store.comment(12, { body: renderComment(example("ordinary")).text });
    await putComment(example("asleep"), on);
    assert.deepEqual(bodies(), [renderComment(example("asleep")).text]);
  });

  it("names the pull request that is not there", async () => {
    await assert.rejects(putComment({ ...example("ordinary"), pullRequest: 99 }, on), {
      message:
        "towpath:github.token: expected pull request 99, got none that this token sees; check the number, and that the token may write to pull requests",
    });
  });

  it("is cut to what GitHub takes", async () => {
    const [plan] = example("ordinary").merging;
    assert.ok(plan);
    const resources = Array.from({ length: 3_000 }, (_, index) => ({
      ...{ change: "create" as const, type: "docker:index/container:Container" },
      ...{ part: `service-${index}-${"x".repeat(40)}`, fields: [] },
    }));
    await putComment({ ...example("ordinary"), merging: [{ ...plan, resources }] }, on);
    assert.match(bodies()[0] ?? "", /✂️ This comment is cut/);
  });
});

function example(name: string): CommentFacts {
  const found = exampleComments[name];
  assert.ok(found, name);
  return found;
}
