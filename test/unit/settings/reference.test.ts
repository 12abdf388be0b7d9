import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { generate, withSettings } from "../../../docs/generate.ts";

const root = join(import.meta.dirname, "../../..");

describe("the reference pages", () => {
  for (const [path, text] of generate()) {
    it(`are up to date in ${path}`, () => {
      assert.equal(readFileSync(join(root, path), "utf8"), text, `${path} is stale; run npm run docs`);
    });
  }

  it("are unchanged when they are written again", () => {
    const once = withSettings("name: towpath\n", "# one");
    assert.equal(withSettings(once, "# one"), once);
    assert.equal(withSettings(`${once}# more\n`, "# two"), `${once.replace("# one", "# two")}# more\n`);
  });

  it("keep what Pulumi reads unchanged", () => {
    const current = readFileSync(join(root, "Pulumi.yaml"), "utf8");
    assert.deepEqual(parse(withSettings(current, "# other")), parse(current));
  });
});
