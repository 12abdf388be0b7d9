/** Removing images from GHCR, against GitHub's paths as its own description has them; GitHub itself is not asked. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GithubClient, GithubError } from "../../../components/github/client.ts";
import { GithubPackages } from "../../../components/github/packages.ts";

/** Returns a client of GitHub's packages, played at an address. */
function packagesAt(address: string): GithubPackages {
  return new GithubPackages(
    new GithubClient({
      token: "hidden",
      place: "towpath:registries",
      variables: { GITHUB_BASE_URL: address },
      say: () => undefined,
      secondMilliseconds: 1,
    }),
  );
}

describe("images on GHCR", () => {
  const asked: string[] = [];
  const answers = new Map<string, { status: number; body: unknown; headers?: Record<string, string> }>();
  let server: Server;
  let api: string;
  let packages: GithubPackages;

  beforeEach(async () => {
    asked.length = 0;
    answers.clear();
    server = createServer((request, response) => {
      const line = `${request.method ?? ""} ${request.url ?? ""}`;
      asked.push(line);
      assert.equal(request.headers.authorization, "token hidden");
      const { status, body, headers } = answers.get(line) ?? { status: 404, body: { message: "Not Found" } };
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    api = `http://127.0.0.1:${port}/api/v3`;
    packages = packagesAt(api);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ofOrganization = "/api/v3/orgs/octocat/packages/container/notes%2Fapi/versions";
  const ofUser = "/api/v3/users/octocat/packages/container/notes%2Fapi/versions";
  const first = (path: string): string => `GET ${path}?per_page=100`;
  const second = (path: string): string => `${first(path)}&page=2`;

  it("are found by digest on all pages, for a person and for an organisation, and removed", async () => {
    const next = `<http://${new URL(api).host}${second(ofUser).slice("GET ".length)}>; rel="next"`;
    const hundred = Array.from({ length: 100 }, (_, id) => ({ id, name: `sha256:${id}` }));
    answers.set(first(ofUser), { status: 200, body: hundred, headers: { link: next } });
    answers.set(second(ofUser), { status: 200, body: [{ id: 100, name: "sha256:100" }] });
    answers.set(`DELETE ${ofUser}/100`, { status: 204, body: undefined });

    assert.equal(await packages.remove("octocat/notes/api", "sha256:100"), true);
    assert.equal(await packages.remove("octocat/notes/api", "sha256:unknown"), false);
    assert.equal(await packages.remove("octocat/notes/api", "sha256:1"), false);

    assert.deepEqual(asked, [
      first(ofOrganization),
      first(ofUser),
      second(ofUser),
      `DELETE ${ofUser}/100`,
      `DELETE ${ofUser}/1`,
    ]);
  });

  it("are none when the package does not exist", async () => {
    assert.equal(await packages.remove("octocat/notes/web", "sha256:1"), false);
  });

  it("stay when the token may not remove them", async () => {
    const body = { message: "Resource not accessible by personal access token" };
    answers.set(first(ofOrganization), { status: 403, body });
    await assert.rejects(
      packages.remove("octocat/notes/api", "sha256:1"),
      new GithubError(
        'towpath:registries: expected GitHub to let images of ghcr.io/octocat/notes/api be removed, got 403 "Resource not accessible by personal access token"; its login needs a classic token with read:packages and delete:packages',
        { status: 403, got: '403 "Resource not accessible by personal access token"' },
      ),
    );
    assert.equal(asked.length, 1);
  });

  it("stay when GitHub does not work, after further tries", async () => {
    answers.set(first(ofOrganization), {
      status: 502,
      body: { message: "busy" },
    });
    await assert.rejects(
      packages.remove("octocat/notes/api", "sha256:1"),
      new GithubError(
        'towpath:registries: expected GitHub to let images of ghcr.io/octocat/notes/api be removed, got 502 "busy"; try again when GitHub is well',
        { status: 502, got: '502 "busy"' },
      ),
    );
    assert.equal(asked.length, 4);
    await assert.rejects(
      packagesAt("http://127.0.0.1:1").remove("octocat/notes/api", "sha256:1"),
      /^GithubError: towpath:registries: GitHub cannot be reached, got \w.* in 4 tries; check GITHUB_BASE_URL and this machine's network$/,
    );
  });
});
