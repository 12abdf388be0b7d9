/** What the local GitHub says of pull requests, asked by the client that previews use. */
import assert from "node:assert/strict";
import { GithubClient } from "../../../components/github/client.ts";
import { LocalGithub } from "../../support/github/local-github.ts";

describe("pull requests of the local GitHub", () => {
  let github: LocalGithub;
  let client: GithubClient;
  const repository = { owner: "octo-org", repo: "notes" };
  const first = { ...repository, issue_number: 1 };

  beforeEach(async () => {
    github = await LocalGithub.start();
    client = new GithubClient({
      ...{ token: "token", place: "towpath:github.token", say: () => undefined },
      variables: { GITHUB_BASE_URL: github.url },
    });
  });
  afterEach(async () => {
    await github.stop();
    assert.deepEqual(github.wrong, []);
  });

  it("are listed over all pages, those that are open first of all", async () => {
    for (let number = 1; number <= 40; number++) github.store.openPullRequest({ number });
    const closed = github.store.openPullRequest({ number: 41, headOwner: "someone" });
    closed.state = "closed";
    const page = await client.ask("GET /repos/{owner}/{repo}/pulls", repository);
    assert.equal(page?.data.length, 30);
    assert.match(String(page.headers.link), /pulls\?page=2>; rel="next", <.*page=2>; rel="last"/);
    const all = await client.list<{ number: number; head: { repo: { fork: boolean } } }>(
      "GET /repos/{owner}/{repo}/pulls",
      { ...repository, state: "all", per_page: 7 },
    );
    assert.equal(all?.length, 41);
    assert.deepEqual([all[0]?.number, all[0]?.head.repo.fork], [41, true]);
  });

  it("have comments that are written, changed and removed", async () => {
    github.store.openPullRequest();
    const written = await client.ask("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      ...first,
      body: "one",
    });
    const comment = { ...repository, comment_id: written?.data.id ?? 0 };
    await client.ask("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...comment, body: "two" });
    for (let more = 0; more < 31; more++) github.store.comment(1, { author: "alice", body: "more" });
    const page = await client.ask("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", first);
    assert.deepEqual([page?.data.length, page?.data[0]?.body], [30, "two"]);
    await client.ask("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", comment);
    assert.equal(github.store.comments.length, 31);
  });

  it("take no comment of more than 65,536 characters", async () => {
    github.store.openPullRequest();
    await assert.rejects(
      client.ask("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
        ...first,
        body: "x".repeat(65_537),
      }),
      /body is too long \(maximum is 65536 characters\)/,
    );
  });

  it("get and lose labels", async () => {
    const { labels } = github.store.openPullRequest();
    const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
    await client.ask(route, { ...first, labels: ["preview", "Preview", "asleep"] });
    assert.deepEqual(labels, ["preview", "asleep"]);
    await client.ask("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
      ...first,
      name: "PREVIEW",
    });
    assert.deepEqual(labels, ["asleep"]);
  });

  it("say who asks: a person, or an app that has no user of its own", async () => {
    assert.equal((await client.ask("GET /user", {}))?.data.login, "octo-org");
    github.store.actor = "github-actions[bot]";
    await assert.rejects(client.ask("GET /user", {}), /403 "Resource not accessible by integration"/);
  });
});
