import assert from "node:assert/strict";
import { branchSlug } from "../../../components/naming/namespace.ts";
import { daysOf, expiredImages, type PublishedTag } from "../../../components/image/retention.ts";

const now = new Date("2026-06-01T00:00:00Z");
const commit = "0123456789abcdef0123456789abcdef01234567";

/** Tags of one image that is so many days old. */
function image(digest: string, days: number, ...tags: string[]): PublishedTag[] {
  const created = new Date(now.getTime() - days * 24 * 3600 * 1000).toISOString();
  return tags.map((tag) => ({ tag, digest, created }));
}

function expired(tags: readonly PublishedTag[], ...needed: string[]): string[] {
  return expiredImages(tags, new Set(needed), now).map(({ digest }) => digest);
}

describe("the retention of an image", () => {
  it("is unlimited with a version, a production release, latest, or a tag of a person", () => {
    for (const tag of [
      "1.2.3",
      "v2.0",
      "prod-1.2.3",
      `prod-${commit}`,
      "prod-0123456789ab",
      "prod-01234567",
      "latest",
      "demo",
      "release-20240115",
      "staging-notes",
      branchSlug("another"),
    ]) {
      assert.equal(daysOf({ tag, branch: "main" }), Infinity, tag);
    }
  });

  it("is 90 days for a commit and for a branch, and 30 for a staging release", () => {
    for (const branch of ["main", "feature/auth-v2"]) {
      assert.equal(daysOf({ tag: branchSlug(branch), branch }), 90, branch);
    }
    for (const tag of [commit, `${commit}-dirty`]) assert.equal(daysOf({ tag }), 90, tag);
    for (const tag of [`staging-${commit}`, "staging-0123456789ab"]) assert.equal(daysOf({ tag }), 30, tag);
  });

  it("follows the tag that keeps the image longest", () => {
    assert.deepEqual(expired(image("a", 91, commit)), ["a"]);
    assert.deepEqual(expired(image("a", 90, commit)), []);
    assert.deepEqual(expired(image("a", 31, `staging-${commit}`)), ["a"]);
    assert.deepEqual(expired(image("a", 31, commit, `staging-${commit}`)), []);
    assert.deepEqual(expired(image("a", 9999, commit, "1.0")), []);
    assert.deepEqual(expired([...image("a", 100, commit), ...image("b", 1, "latest")]), ["a"]);
  });

  it("is unlimited while a release record needs the image, and for images of unknown age", () => {
    const old = image("a", 9999, commit, `staging-${commit}`);
    assert.deepEqual(expired(old, "a"), []);
    assert.deepEqual(expired(old, "b"), ["a"]);
    assert.deepEqual(expired([{ tag: commit, digest: "a", created: undefined }]), []);
  });

  it("is reported with all tags and the age", () => {
    assert.deepEqual(expiredImages(image("a", 100.5, `staging-${commit}`, commit), new Set(), now), [
      { digest: "a", tags: [commit, `staging-${commit}`], days: 100 },
    ]);
  });
});
