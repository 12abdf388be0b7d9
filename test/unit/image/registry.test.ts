import assert from "node:assert/strict";
import { checkRegistry, lacks, referencesOf, Registry } from "../../../components/image/registry.ts";
import { RegistryError, repositoryOf } from "../../../components/image/registry-requests.ts";
import type { RegistrySettings } from "../../../components/settings/registry.ts";
import { PlayedRegistry, type Entrance } from "./played-registry.ts";

const patience = { answer: 2000, retries: 2, pause: 1 };
const nowhere = "sha256:".padEnd(71, "0");
const name = "owner/notes/api";

describe("the client of a registry", () => {
  let played: PlayedRegistry;

  afterEach(() => played.stop());

  async function open(entrance: Entrance = "open"): Promise<Registry> {
    played = await PlayedRegistry.start(entrance);
    return client();
  }

  /** A client that signs in by default. */
  function client({ login = true, password = played.password } = {}): Registry {
    return new Registry(settings(login), login ? password : undefined, patience);
  }

  function settings(login = true): RegistrySettings {
    const { address } = played;
    return { address, repository: "owner/notes", ...(login && { login: played.login }) };
  }

  /** Compares the whole message, in which the port stands for itself. */
  async function refused(work: Promise<unknown>, message: string): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof RegistryError);
      assert.equal(error.message, message.replaceAll("REGISTRY", played.address));
      return true;
    });
  }

  it("finds the digest of a tag, even when the registry sends no header with it", async () => {
    const registry = await open();
    const digest = played.publish(name, ["abc", "1.0"]);
    assert.equal(await registry.digestOf("api", "abc"), digest);
    assert.equal(await registry.digestOf("api", digest), digest);
    assert.equal(await registry.digestOf("api", "other"), undefined);
    assert.equal(await registry.digestOf("api", nowhere), undefined);
  });

  it("reads labels, age and size of one image, and of an index for several processors", async () => {
    const registry = await open();
    const intel = played.publish(
      name,
      [],
      { "org.opencontainers.image.version": "1.0" },
      "2026-01-02T03:04:05Z",
    );
    const arm = played.publish(name, [], { "org.opencontainers.image.version": "arm" });
    const list = played.publishList(name, ["list"], { arm64: arm, amd64: intel });
    const facts = {
      labels: { "org.opencontainers.image.version": "1.0" },
      created: "2026-01-02T03:04:05Z",
      compressedBytes: 1234,
    };
    assert.deepEqual(await registry.facts("api", intel), { digest: intel, ...facts });
    assert.deepEqual(await registry.facts("api", "list"), { digest: list, ...facts });
    assert.equal(
      (await registry.facts("api", "list", "arm64"))?.labels["org.opencontainers.image.version"],
      "arm",
    );
    assert.equal(await registry.facts("api", "other"), undefined);
  });

  it("reads the platforms of one image, of an index without its attestations, and of one that names none", async () => {
    const registry = await open();
    const arm = played.publish(name, ["arm"], {}, undefined, "arm64");
    played.publish(name, ["silent"]);
    played.publishList(name, ["list"], { arm64: arm, amd64: arm });
    assert.deepEqual(await registry.platforms("api", "arm"), { names: ["linux/arm64"], isList: false });
    assert.deepEqual(await registry.platforms("api", "silent"), { names: [], isList: false });
    assert.deepEqual(await registry.platforms("api", "list"), {
      names: ["linux/arm64", "linux/amd64"],
      isList: true,
    });
    assert.equal(await registry.platforms("api", "other"), undefined);
  });

  it("tags a manifest and an index by their own bytes", async () => {
    const registry = await open();
    const single = played.publish(name, ["abc"]);
    const list = played.publishList(name, ["list"], { amd64: single });
    for (const digest of [single, list]) {
      await registry.tag("api", digest, ["staging-abc", "prod-1.0"]);
      assert.equal(played.digest(name, "staging-abc"), digest);
      assert.equal(played.digest(name, "prod-1.0"), digest);
    }
    await refused(registry.tag("api", nowhere, ["x"]), lacks(settings(), "api", nowhere));
  });

  it("lists the tags of all pages", async () => {
    const registry = await open();
    played.publish(name, ["a", "b", "c", "d", "e"]);
    played.pageSize = 2;
    assert.deepEqual(await registry.tags("api"), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(await registry.tags("never"), []);
  });

  it("removes a manifest with all of its tags", async () => {
    const registry = await open();
    const digest = played.publish(name, ["a", "b"]);
    assert.equal(await registry.remove("api", digest), true);
    assert.equal(await registry.remove("api", digest), false);
    assert.deepEqual(await registry.tags("api"), []);
    const other = played.publish(name, ["c"]);
    played.removable = false;
    await refused(
      registry.remove("api", other),
      `towpath:registry: REGISTRY lets nobody remove images, got 405 for ${name}@${other}; allow it in the registry's own settings, or use its own rules for old images`,
    );
  });

  it("signs in by password or by token, and requests one token for reading and one for writing", async () => {
    for (const entrance of ["basic", "token"] as const) {
      const registry = await open(entrance);
      const digest = played.publish(name, ["abc"]);
      assert.equal(await registry.digestOf("api", "abc"), digest);
      await registry.tag("api", digest, ["other", "another"]);
      assert.equal(played.digest(name, "another"), digest);
      const tokens = played.asked.filter((line) => line.includes("/token"));
      assert.deepEqual(
        tokens,
        entrance === "basic"
          ? []
          : ["pull", "pull%2Cpush"].map(
              (action) => `GET /token?service=tests&scope=repository%3Aowner%2Fnotes%2Fapi%3A${action}`,
            ),
      );
      await played.stop();
    }
    await open();
  });

  it("reads public images without a login", async () => {
    await open("token");
    const digest = played.publish(name, ["abc"]);
    assert.equal(await client({ login: false }).digestOf("api", "abc"), digest);
  });

  it("reports whose access is denied", async () => {
    await open("basic");
    await refused(
      client({ password: "wrong" }).tags("api"),
      `towpath:registry: REGISTRY refuses to read ${name} for the user "octocat", got 401 "authentication required"; check towpath:registry.login: its password or token has to be allowed to read that repository`,
    );
    await refused(
      client({ login: false }).tags("api"),
      `towpath:registry: REGISTRY refuses to read ${name} without a login, got 401 "authentication required"; set towpath:registry.login`,
    );
    played.troubles.push({ status: 403 });
    await refused(
      client().remove("api", nowhere),
      `towpath:registry: REGISTRY refuses to write to ${name} for the user "octocat", got 403 "Forbidden"; check towpath:registry.login: its password or token has to be allowed to write to that repository`,
    );
    assert.equal(
      await checkRegistry(settings(false), undefined, ["api", "web"]),
      `towpath:registry: ${played.address} refuses to read ${name} without a login, got 401 "Unauthorized"; set towpath:registry.login`,
    );
    assert.equal(await checkRegistry(settings(), played.password, ["api", "web"]), undefined);
  });

  it("sends no password to a token server without https", async () => {
    const registry = await open("token");
    played.realm = "ftp://127.0.0.1/token";
    await refused(
      registry.tags("api"),
      'towpath:registry: expected REGISTRY to ask for a token over https, got "ftp://127.0.0.1/token"; nothing was sent there, take another registry',
    );
  });

  it("tries again after failures that may pass, and reports others", async () => {
    const registry = await open();
    const digest = played.publish(name, ["abc"]);
    played.troubles.push({ status: 500 }, { status: 429, headers: { "retry-after": "0" } });
    assert.equal(await registry.digestOf("api", "abc"), digest);

    for (let time = 0; time < 3; time++) played.troubles.push({ status: 503, body: "<html>\nbusy" });
    await refused(
      registry.tags("api"),
      `towpath:registry: REGISTRY does not work, got 503 "<html>" for GET ${name}/tags/list?n=100 in 3 tries; try again when the registry is well`,
    );
    played.troubles.push({ status: 400, body: '{"errors":[{"code":"TAG_INVALID"}]}' });
    await refused(
      registry.tags("api"),
      `towpath:registry: expected REGISTRY to do GET ${name}/tags/list?n=100, got 400 "TAG_INVALID"; check towpath:registry.repository`,
    );
  });

  it("reports that a registry does not answer", async () => {
    await open();
    played.silent = true;
    await refused(
      new Registry(settings(), undefined, { answer: 50, retries: 0, pause: 1 }).tags("api"),
      "towpath:registry: REGISTRY cannot be reached, got no answer within 0.05 s in 1 try; check the address and this machine's network",
    );
    const gone = client();
    await played.stop();
    await assert.rejects(
      gone.tags("api"),
      /^RegistryError: towpath:registry: 127\.0\.0\.1:\d+ cannot be reached, got ECONNREFUSED in 3 tries; check the address and this machine's network$/,
    );
    await open();
  });

  it("accepts nothing that does not match its digest", async () => {
    const registry = await open();
    const digest = played.publish(name, ["abc"]);
    played.spoil(name, digest);
    const got = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    await refused(
      registry.tag("api", digest, ["x"]),
      `towpath:registry: expected ${name}@${digest} of REGISTRY, got the content of ${got}; do not use that registry until it is known why`,
    );
  });

  it("names images by address, repository and digest", async () => {
    await open();
    const hub = { address: "docker.io", repository: "owner" };
    assert.equal(repositoryOf(hub, "api"), "owner/api");
    assert.deepEqual(referencesOf(hub, { api: nowhere }), { api: `docker.io/owner/api@${nowhere}` });
    assert.equal(
      lacks(hub, "api", nowhere),
      `towpath:registry: expected ${nowhere} in docker.io/owner/api, got nothing; it was removed there, publish its commit again or release another one`,
    );
  });
});
