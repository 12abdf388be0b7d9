import assert from "node:assert/strict";
import { settled, type TagOutcome } from "../../../../cli/ci/tag-outcomes.ts";

const pushed = (tag: string, digest: string): TagOutcome => ({ tag, is: "pushed", digest });
const taken = (tag: string, digest: string): TagOutcome => ({ tag, is: "taken", digest });
const refused = (tag: string): TagOutcome => ({ tag, is: "refused" });

const notMoved = "the registry does not let it be moved, it stays";
const publishedOnce = "a version is published once, it stays; give the next one another";

describe("the tags of an image that was pushed", () => {
  it("are those that were pushed, and the version's tag when it already leads to the image", () => {
    assert.deepEqual(settled([pushed("abc", "a"), pushed("main", "a"), taken("1.0", "a")]), {
      digests: ["a"],
      tags: ["abc", "main", "1.0"],
      left: [],
    });
  });

  it("exclude those that stay with another image, with the reason", () => {
    assert.deepEqual(settled([pushed("abc", "a"), refused("main"), taken("1.0", "b")]), {
      digests: ["a"],
      tags: ["abc"],
      left: [
        { tag: "main", why: notMoved },
        { tag: "1.0", why: publishedOnce },
      ],
    });
  });

  it("are none when nothing could be pushed, whatever the version's tag leads to", () => {
    const { digests, tags, left } = settled([refused("abc"), taken("1.0", "a")]);
    assert.deepEqual([digests, tags], [[], []]);
    assert.deepEqual(
      left.map(({ tag }) => tag),
      ["abc", "1.0"],
    );
  });

  it("lead to several digests when something else was pushed meanwhile", () => {
    assert.deepEqual(settled([pushed("abc", "a"), pushed("main", "b")]).digests, ["a", "b"]);
  });
});
