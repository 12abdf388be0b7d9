/** Requests to GitHub, whose answers are played; the local GitHub of the e2e tests knows more of the real one's. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { apiAddress, GithubClient, GithubError } from "../../../components/github/client.ts";

interface Played {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly reset?: true;
  readonly silent?: true;
}

describe("GitHub's client", () => {
  let server: Server;
  let answers: Played[];
  let asked: { url: string; authorization: string | undefined }[];
  let said: string[];

  beforeEach(async () => {
    [answers, asked, said] = [[], [], []];
    server = createServer((request, response) => {
      asked.push({ url: request.url ?? "", authorization: request.headers.authorization });
      const { status = 200, headers, body = {}, reset, silent } = answers.shift() ?? {};
      if (silent === true) return;
      if (reset === true) {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function client(address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`): GithubClient {
    return new GithubClient({
      token: "hunter2",
      place: "towpath:github.token",
      variables: { GITHUB_BASE_URL: address },
      say: (message) => said.push(message),
      answerMilliseconds: 200,
      secondMilliseconds: 1,
    });
  }

  const repository = { owner: "octo-org", repo: "notes" };

  async function refusal(github = client()): Promise<GithubError> {
    const error = await github
      .ask("GET /repos/{owner}/{repo}", repository)
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof GithubError);
    assert.doesNotMatch(error.message, /hunter2/);
    return error;
  }

  it("asks with the token, and returns the answer with its headers", async () => {
    answers = [{ body: { id: 5 }, headers: { "x-oauth-scopes": "repo" } }];
    const answer = await client().ask("GET /repos/{owner}/{repo}", repository);
    assert.equal(answer?.data.id, 5);
    assert.equal(answer.headers["x-oauth-scopes"], "repo");
    assert.deepEqual(asked, [{ url: "/api/v3/repos/octo-org/notes", authorization: "token hunter2" }]);
  });

  it("reports what does not exist as missing", async () => {
    answers = [{ status: 404 }, { status: 404 }];
    assert.equal(await client().ask("GET /repos/{owner}/{repo}", repository), undefined);
    assert.equal(await client().list("GET /repos/{owner}/{repo}/rulesets", repository), undefined);
  });

  it("reads all pages", async () => {
    const next = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3/next`;
    answers = [{ body: [{ id: 1 }], headers: { link: `<${next}>; rel="next"` } }, { body: [{ id: 2 }] }];
    assert.deepEqual(await client().list("GET /repos/{owner}/{repo}/rulesets", repository), [
      { id: 1 },
      { id: 2 },
    ]);
  });

  it("tries again after a failure that may pass", async () => {
    answers = [{ status: 500 }, { reset: true }, { silent: true }, { body: { id: 5 } }];
    assert.equal((await client().ask("GET /repos/{owner}/{repo}", repository))?.data.id, 5);
  });

  it("waits out rate limits, and reports how long", async () => {
    const secondary = { message: "You have exceeded a secondary rate limit." };
    answers = [
      { status: 403, headers: { "retry-after": "37" }, body: secondary },
      { status: 429, headers: { "retry-after": "240" }, body: secondary },
      { body: { id: 5 } },
    ];
    assert.equal((await client().ask("GET /repos/{owner}/{repo}", repository))?.data.id, 5);
    assert.deepEqual(said, [
      "GitHub's rate limit is reached; the run goes on in 37 s",
      "GitHub's rate limit is reached; the run goes on in 4 min",
    ]);
  });

  it("waits until GitHub's rate limit is reset", async () => {
    const reset = String(Math.ceil(Date.now() / 1_000) + 30);
    answers = [
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } },
      { body: { id: 5 } },
    ];
    assert.equal((await client().ask("GET /repos/{owner}/{repo}", repository))?.data.id, 5);
    assert.equal(said.length, 1);
  });

  it("reports that the token is no longer valid", async () => {
    answers = [{ status: 401, body: { message: "Bad credentials" } }];
    const { message, status } = await refusal();
    assert.equal(status, 401);
    assert.equal(
      message,
      'towpath:github.token: GitHub does not know this token or it has expired, got 401 "Bad credentials"; ' +
        "make a new one at https://github.com/settings/personal-access-tokens",
    );
  });

  it("reports that the token lacks a permission", async () => {
    answers = [{ status: 403, body: { message: "Resource not accessible by personal access token" } }];
    assert.equal(
      (await refusal()).message,
      "towpath:github.token: expected GitHub to answer GET /repos/{owner}/{repo}, got 403 " +
        '"Resource not accessible by personal access token"; give the token the permissions that docs/github.md lists',
    );
  });

  it("reports that GitHub does not work", async () => {
    answers = Array.from({ length: 4 }, () => ({ status: 502, body: { message: "Bad Gateway" } }));
    assert.equal(
      (await refusal()).message,
      'towpath:github.token: expected GitHub to answer GET /repos/{owner}/{repo}, got 502 "Bad Gateway"; ' +
        "run it again when GitHub is well, see https://www.githubstatus.com",
    );
  });

  it("reports that there is no GitHub", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    assert.equal(
      (await refusal(client(`http://127.0.0.1:${port}`))).message,
      "towpath:github.token: GitHub cannot be reached, got ECONNREFUSED in 4 tries; check GITHUB_BASE_URL and this machine's network",
    );
  });
});

describe("GitHub's address", () => {
  it("is GitHub's own unless the variable names another", () => {
    const addressOf = (given: string): string => apiAddress({ GITHUB_BASE_URL: given });
    assert.equal(apiAddress({}), "https://api.github.com");
    assert.equal(addressOf(""), "https://api.github.com");
    assert.equal(addressOf("https://github.com/"), "https://api.github.com");
    assert.equal(addressOf("https://octo.ghe.com/"), "https://api.octo.ghe.com");
    assert.equal(addressOf("https://git.example.com"), "https://git.example.com/api/v3");
    assert.equal(addressOf("http://127.0.0.1:1234/api/v3/"), "http://127.0.0.1:1234/api/v3");
  });
});
