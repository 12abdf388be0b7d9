import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { shellWords } from "../../../components/host/shell-words.ts";

describe("a command for a shell", () => {
  it("has plain words unchanged, and the others quoted", () => {
    assert.equal(
      shellWords(["docker", "ps", "it's", "a b", "", "$(reboot)", "~", "a;b"]),
      `docker ps 'it'\\''s' 'a b' '' '$(reboot)' '~' 'a;b'`,
    );
  });

  it("reaches the program word for word, whatever the words contain", function () {
    this.timeout(60_000);
    const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const printed = execFileSync("sh", ["-c", shellWords(["printf", "%s\\0", ...words])], {
          encoding: "utf8",
        });
        assert.deepEqual(printed.split("\0").slice(0, -1), words);
      }),
      { numRuns: 50 },
    );
  });
});
