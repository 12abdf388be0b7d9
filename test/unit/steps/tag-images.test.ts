/** The tags that a release gets, as the program that puts them, on a registry that is played. */
import assert from "node:assert/strict";
import { PlayedRegistry } from "../image/played-registry.ts";
import { play } from "./play.ts";
import { failureOf, receiptOf } from "./scene.ts";
import type { TagImagesInput } from "../../../components/contract/tag-images.ts";

describe("tagging images", function () {
  this.timeout(60_000);
  let played: PlayedRegistry;

  beforeEach(async () => {
    played = await PlayedRegistry.start("token");
  });
  afterEach(() => played.stop());

  function input(images: Readonly<Record<string, string>>): TagImagesInput {
    const { address, login, password } = played;
    return {
      registry: { address, repository: "owner/notes", login },
      password,
      images,
      tags: ["staging-abc"],
    };
  }

  it("adds them beside the existing tags", async () => {
    const api = played.publish("owner/notes/api", ["abc"], { name: "api" });
    const web = played.publish("owner/notes/web", ["abc"], { name: "web" });
    assert.deepEqual(receiptOf(await play("tag-images", input({ api, web }), "")), { tags: ["staging-abc"] });
    assert.equal(played.digest("owner/notes/api", "staging-abc"), api);
    assert.equal(played.digest("owner/notes/web", "staging-abc"), web);
  });

  it("reports that users have the release when that fails", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const { address } = played;
    assert.deepEqual(failureOf(await play("tag-images", input({ api: digest }), "")), [
      `towpath:registry: expected ${digest} in ${address}/owner/notes/api, got nothing; it was removed there, publish its commit again or release another one; users have the release already, only its tags staging-abc are missing`,
    ]);
  });
});
