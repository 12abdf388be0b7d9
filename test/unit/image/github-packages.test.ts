/** Removing images from GHCR, against GitHub's paths as its own description has them; GitHub itself is not asked. */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GithubPackages } from "../../../components/image/github-packages.ts";
import { RegistryError } from "../../../components/image/registry-requests.ts";

const patience = { answer: 2000, retries: 1, pause: 1 };

describe("images on GHCR", () => {
  const asked: string[] = [];
  const answers = new Map<string, { status: number; body: unknown }>();
  let server: Server;
  let packages: GithubPackages;

  beforeEach(async () => {
    asked.length = 0;
    answers.clear();
    server = createServer((request, response) => {
      const line = `${request.method ?? ""} ${request.url ?? ""}`;
      asked.push(line);
      assert.equal(request.headers.authorization, "Bearer hidden");
      const { status, body } = answers.get(line) ?? { status: 404, body: { message: "Not Found" } };
      response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    packages = new GithubPackages("hidden", patience, `http://127.0.0.1:${port}`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ofUser = "/users/octocat/packages/container/notes%2Fapi/versions";
  const page = (path: string, number: number): string => `GET ${path}?per_page=100&page=${number}`;

  it("are found by digest on all pages, of a person as of an organisation, and removed", async () => {
    const first = Array.from({ length: 100 }, (_, id) => ({ id, name: `sha256:${id}` }));
    answers.set(page(ofUser, 1), { status: 200, body: first });
    answers.set(page(ofUser, 2), { status: 200, body: [{ id: 100, name: "sha256:100" }] });
    answers.set(`DELETE ${ofUser}/100`, { status: 204, body: undefined });

    assert.equal(await packages.remove("octocat/notes/api", "sha256:100"), true);
    assert.equal(await packages.remove("octocat/notes/api", "sha256:unknown"), false);
    assert.equal(await packages.remove("octocat/notes/api", "sha256:1"), false);

    assert.deepEqual(asked, [
      page("/orgs/octocat/packages/container/notes%2Fapi/versions", 1),
      page(ofUser, 1),
      page(ofUser, 2),
      `DELETE ${ofUser}/100`,
      `DELETE ${ofUser}/1`,
    ]);
  });

  it("are none where the package is not", async () => {
    assert.equal(await packages.remove("octocat/notes/web", "sha256:1"), false);
  });

  it("stay when the token does not let them be removed", async () => {
    const body = { message: "Resource not accessible by personal access token" };
    answers.set(page("/orgs/octocat/packages/container/notes%2Fapi/versions", 1), { status: 403, body });
    await assert.rejects(
      packages.remove("octocat/notes/api", "sha256:1"),
      new RegistryError(
        'towpath:registries: expected GitHub to let images of ghcr.io/octocat/notes/api be removed, got 403 "Resource not accessible by personal access token"; its login needs a classic token with read:packages and delete:packages',
        403,
      ),
    );
    assert.equal(asked.length, 1);
  });

  it("stay when GitHub does not work, which is tried again", async () => {
    answers.set(page("/orgs/octocat/packages/container/notes%2Fapi/versions", 1), {
      status: 502,
      body: { message: "busy" },
    });
    await assert.rejects(
      packages.remove("octocat/notes/api", "sha256:1"),
      new RegistryError(
        'towpath:registries: expected GitHub to let images of ghcr.io/octocat/notes/api be removed, got 502 "busy"; try again when GitHub is well',
        502,
      ),
    );
    assert.equal(asked.length, 2);
    const nowhere = new GithubPackages("hidden", patience, "http://127.0.0.1:1");
    await assert.rejects(
      nowhere.remove("octocat/notes/api", "sha256:1"),
      /^RegistryError: towpath:registries: GitHub cannot be reached, got \w.*; check this machine's network$/,
    );
  });
});
