import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Pruned } from "../../../cli/commands/images.ts";
import { testRegistry } from "../../support/hosts/test-registry.ts";
import { TestProject } from "../../support/project.ts";
import { configureCi } from "../ci/tiny.ts";

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const request = (url: string | URL, more: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...more, signal: AbortSignal.timeout(10_000) });
const commit = (digit: string): string => digit.repeat(40);

describe("towpath images prune", () => {
  let project: TestProject;
  /** Of the repository, in the registry's own interface. */
  let url: string;
  let repository: string;

  before(async () => {
    project = await TestProject.create();
    const { address } = await testRegistry();
    const name = `team/${project.namespace}`;
    repository = `${address}/${name}/api`;
    url = `http://${address}/v2/${name}/api`;
    configureCi(project, { registries: [{ address, repository: name }] });
  });
  after(() => project.remove());

  /** Publishes an image without layers that was built then; returns its digest. */
  async function publish(created: string, tags: readonly string[]): Promise<string> {
    const config = JSON.stringify({ created, os: "linux", architecture: "amd64", config: {} });
    const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
    const begun = await request(`${url}/blobs/uploads/`, { method: "POST" });
    const upload = new URL(begun.headers.get("location") ?? "", url);
    upload.searchParams.set("digest", digest);
    const headers = { "content-type": "application/octet-stream" };
    assert.equal((await request(upload, { method: "PUT", body: config, headers })).status, 201);
    const mediaType = "application/vnd.docker.container.image.v1+json";
    const described = { mediaType, digest, size: config.length };
    const manifest = { schemaVersion: 2, mediaType: manifestType, config: described, layers: [] };
    let published = "";
    for (const tag of tags) {
      const answer = await request(`${url}/manifests/${tag}`, {
        method: "PUT",
        body: JSON.stringify(manifest),
        headers: { "content-type": manifestType },
      });
      assert.equal(answer.status, 201);
      published = answer.headers.get("docker-content-digest") ?? "";
    }
    return published;
  }

  /** Gives staging a release record of an image, as a release would. */
  async function record(digest: string): Promise<void> {
    project.source.write("Pulumi.staging.yaml", "config:\n  towpath:environment: staging\n");
    await project.succeed(["pulumi", "stack", "init", "--stack", "staging"]);
    const urn = "urn:pulumi:staging::towpath::pulumi:pulumi:Stack::towpath-staging";
    const outputs = { releases: [{ id: "0123456789ab", images: { api: digest } }] };
    const resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    const manifest = { time: "2026-01-01T00:00:00Z", magic: "", version: "" };
    const state = join(project.folder, "state.json");
    writeFileSync(state, JSON.stringify({ version: 3, deployment: { manifest, resources } }));
    await project.succeed(["pulumi", "stack", "import", "--stack", "staging", "--file", state]);
  }

  it("removes old images from a registry, but none that a release record needs", async () => {
    const old = "2020-01-01T00:00:00Z";
    const gone = await publish(old, [commit("1"), `staging-${commit("1")}`]);
    const needed = await publish("2020-01-02T00:00:00Z", [commit("2")]);
    const version = await publish("2020-01-03T00:00:00Z", [commit("3"), "1.0"]);
    const fresh = await publish(new Date().toISOString(), [commit("4")]);
    await record(needed);

    const planned = await project.succeed(["images", "prune", "--dry-run"]);
    const row = `${repository}  ${gone.slice("sha256:".length).slice(0, 12)}  `;
    assert.ok(planned.stdout.startsWith(row), planned.stdout);
    assert.equal((await request(`${url}/manifests/${gone}`)).status, 200);

    const { stdout } = await project.succeed(["images", "prune", "--json"]);
    const { stacks, repositories } = JSON.parse(stdout) as Pruned;
    assert.deepEqual(stacks, ["staging"]);
    assert.deepEqual(
      repositories.map(({ removed, kept }) => [removed.map(({ digest }) => digest), kept]),
      [
        [[gone], 3],
        [[], 0],
      ],
    );
    const left = [gone, needed, version, fresh].map((digest) => request(`${url}/manifests/${digest}`));
    assert.deepEqual(
      (await Promise.all(left)).map(({ status }) => status),
      [404, 200, 200, 200],
    );
  });
});
