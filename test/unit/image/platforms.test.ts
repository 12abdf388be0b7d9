/** The check that a host can run an image; that an `up` refuses one that it cannot is in test/e2e/hosts. */
import assert from "node:assert/strict";
import { judgePlatforms } from "../../../components/image/platforms.ts";

const arm = { host: "app1", architecture: "arm64", emulates: [] as string[] };
const intel = { names: ["linux/amd64"], isList: false };

describe("the platform of an image", () => {
  it("has to be one that the host runs", () => {
    assert.equal(
      judgePlatforms("api", intel, arm),
      "images.api: has to run on linux/arm64, the platform of app1, got an image for linux/amd64; publish it on a machine of that kind, or take a host of the image's",
    );
    assert.equal(
      judgePlatforms("api", { names: ["linux/amd64", "linux/s390x"], isList: true }, arm),
      "images.api: has to run on linux/arm64, the platform of app1, got an image for linux/amd64, linux/s390x; publish it on a machine of that kind, or take a host of the image's",
    );
    assert.equal(
      judgePlatforms("api", { names: ["linux/amd64", "linux/arm64"], isList: true }, arm),
      undefined,
    );
    assert.equal(judgePlatforms("api", intel, { ...arm, architecture: "amd64" }), undefined);
  });

  it("may be one that the host's processor also runs, or emulates", () => {
    assert.equal(judgePlatforms("api", { names: ["linux/arm"], isList: true }, arm), undefined);
    assert.equal(judgePlatforms("api", intel, { ...arm, emulates: ["x86_64"] }), undefined);
    // Of a list, the engine takes none for another kind than its own.
    assert.match(
      judgePlatforms("api", { ...intel, isList: true }, { ...arm, emulates: ["x86_64"] }) ?? "",
      /got an image for linux\/amd64;/,
    );
  });

  it("is not checked when nothing is known", () => {
    assert.equal(judgePlatforms("api", undefined, arm), undefined);
    assert.equal(judgePlatforms("api", { names: [], isList: false }, arm), undefined);
  });
});
