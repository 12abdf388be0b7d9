import { RegistryError } from "../../../../components/image/registry-requests.ts";
import assert from "node:assert/strict";
import { neededDigests, prune, type ImageUser } from "../../../../cli/ci/prune.ts";
import { nothingKnown, prunedInWords } from "../../../../cli/commands/images.ts";
import { PlayedRegistry } from "../../image/played-registry.ts";
import { imagesOf, record } from "../../plan/records.ts";
import { recordedProgress } from "../quiet.ts";

const now = new Date("2026-06-01T00:00:00Z");
const [old, older] = ["2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z"];
const commit = (digit: string): string => digit.repeat(40);

describe("pruning images", () => {
  let played: PlayedRegistry;

  beforeEach(async () => {
    played = await PlayedRegistry.start();
  });
  afterEach(() => played.stop());

  const repository = "owner/notes/api";

  function pruned(dryRun: boolean, ...needed: string[]): ReturnType<typeof prune> {
    const destination = { address: played.address, repository: "owner/notes" };
    return prune(destination, ["api", "web"], new Set(needed), { dryRun, now }, recordedProgress());
  }

  it("removes expired images that nothing needs, with all of their tags", async () => {
    const gone = played.publish(repository, [commit("1"), `staging-${commit("1")}`], { n: "1" }, old);
    const needed = played.publish(repository, [commit("2")], { n: "2" }, older);
    const version = played.publish(repository, [commit("3"), "1.0"], { n: "3" }, older);
    const fresh = played.publish(repository, [commit("4")], { n: "4" }, now.toISOString());
    const removed = [{ digest: gone, tags: [commit("1"), `staging-${commit("1")}`], days: 151 }];
    const answer = [
      { repository: `${played.address}/${repository}`, removed, kept: 3 },
      { repository: `${played.address}/owner/notes/web`, removed: [], kept: 0 },
    ];

    assert.deepEqual(await pruned(true, needed), answer);
    assert.equal(played.digest(repository, commit("1")), gone);
    assert.deepEqual(await pruned(false, needed), answer);
    assert.equal(played.digest(repository, commit("1")), undefined);
    assert.equal(played.digest(repository, `staging-${commit("1")}`), undefined);
    const left = [commit("2"), commit("3"), commit("4")].map((tag) => played.digest(repository, tag));
    assert.deepEqual(left, [needed, version, fresh]);
  });

  it("reports what the registry does not let it do", async () => {
    const digest = played.publish(repository, [commit("1")], {}, old);
    played.removable = false;
    await assert.rejects(
      pruned(false),
      new RegistryError(
        `towpath:registry: ${played.address} lets nobody remove images, got 405 for ${repository}@${digest}; allow it in the registry's own settings, or use its own rules for old images`,
        405,
      ),
    );
  });
});

describe("the images that stacks need", () => {
  it("are those of all records, and those on their hosts", () => {
    const canary = `sha256:${"c".repeat(64)}`;
    const stacks = [
      {
        stack: "staging",
        records: [record("a"), record("b")],
        deployment: {
          resources: [
            { urn: "", type: "docker:index/remoteImage:RemoteImage", inputs: { name: `x/api@${canary}` } },
            { urn: "", type: "docker:index/remoteImage:RemoteImage", inputs: { name: "redis:7" } },
          ],
          pending_operations: [],
        },
      },
    ] satisfies ImageUser[];
    const expected = [imagesOf("a").api, imagesOf("b").api, canary];
    assert.deepEqual([...neededDigests(stacks)], expected);
  });

  it("are not known when there are no records", () => {
    assert.equal(
      nothingKnown([]),
      "images: expected release records of staging or production, got no state of any; run this where their state is, for example with PULUMI_BACKEND_URL",
    );
    assert.equal(
      nothingKnown(["staging"]),
      "images: expected release records of staging or production, got none in staging; run this where their state is, for example with PULUMI_BACKEND_URL",
    );
  });
});

describe("the report on pruned images", () => {
  const repository = "ghcr.io/owner/notes/api";
  const removed = [{ digest: `sha256:${"a".repeat(64)}`, tags: ["x", "y"], days: 91 }];
  const answer = {
    dryRun: true,
    stacks: ["production", "staging"],
    repositories: [{ repository, removed, kept: 2 }],
  };

  it("has a row for each removed image, and the number of those that stay", () => {
    assert.equal(
      prunedInWords(answer),
      `${repository}  ${"a".repeat(12)}  91 days  x y\n\n1 image would be removed, 2 stay; the records of production, staging were looked at`,
    );
    assert.equal(
      prunedInWords({ ...answer, dryRun: false, repositories: [{ repository, removed: [], kept: 3 }] }),
      "0 images removed, 3 stay; the records of production, staging were looked at",
    );
  });
});
