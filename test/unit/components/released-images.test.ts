/** Images of released environments: pulled by digest, tagged in the registry. */
import { byName, deployed, isSecret, valueOf } from "./engine.ts";
import assert from "node:assert/strict";
import { DockerHost } from "../../../components/host/docker-host.ts";
import { PulledImage } from "../../../components/image/pulled-image.ts";
import { TaggedImages } from "../../../components/image/tagged-images.ts";
import { SecretVersions, secretVersion } from "../../../components/secrets/secret-versions.ts";
import * as pulumi from "@pulumi/pulumi";
import { hidden } from "./hidden.ts";
import { imageId, password } from "./plugins.ts";

const digest = `sha256:${"a".repeat(64)}`;
const registry = {
  address: "ghcr.io",
  repository: "owner/notes",
  login: { user: "owner", password: { source: "environment", variable: "TOKEN" } },
} as const;

describe("a pulled image", () => {
  it("is pulled by digest, and stays on the host when another one replaces it", async () => {
    const reference = `ghcr.io/owner/notes/api@${digest}`;
    const { registrations, result } = await deployed(
      () => new PulledImage("api", { reference, host: new DockerHost("host", { networkName: "notes" }) }),
    );
    const pull = byName(registrations)["api-pull"];
    assert.deepEqual(pull?.inputs, { name: reference, keepLocally: true });
    assert.equal(pull.options.provider, "towpath:host:DockerHost$pulumi:providers:docker host-engine");
    assert.equal(await valueOf(result.id), imageId("api-pull"));
  });
});

describe("tagged images", () => {
  it("are tagged again for other images, another registry or other tags, but not for another password", async () => {
    const { registrations } = await deployed(
      () =>
        new TaggedImages("tags", { registry, password: "open", images: { api: digest }, tags: ["prod-1.0"] }),
    );
    const { create, stdin, triggers } = byName(registrations)["tags-put"]?.inputs ?? {};
    assert.equal(create, "node steps/run.mjs tag-images");
    assert.deepEqual(
      stdin,
      hidden({ registry, images: { api: digest }, tags: ["prod-1.0"], password: "open" }),
    );
    assert.deepEqual(triggers, [JSON.stringify(["ghcr.io", "owner/notes", { api: digest }, ["prod-1.0"]])]);
  });
});

describe("the versions of secrets", () => {
  it("are 8 digits by a key of the stack, and public", async () => {
    const { registrations, result } = await deployed(
      () => new SecretVersions("versions", { values: { JWT_SECRET: pulumi.secret("open") } }),
    );
    assert.deepEqual(byName(registrations)["versions-key"]?.inputs, { length: 32, special: false });
    const version = secretVersion(password("versions-key", 32), "open");
    assert.match(version, /^[0-9a-f]{8}$/);
    assert.deepEqual(await valueOf(result.versions), { JWT_SECRET: version });
    assert.equal(await isSecret(result.versions), false);
  });

  it("change with the value and with the key", () => {
    assert.equal(secretVersion("key", "open"), secretVersion("key", "open"));
    assert.notEqual(secretVersion("key", "open"), secretVersion("key", "other"));
    assert.notEqual(secretVersion("key", "open"), secretVersion("other", "open"));
  });
});
