import assert from "node:assert/strict";
import fc from "fast-check";
import { printable } from "../../../components/input/printable.ts";

describe("the output of other programs", () => {
  it("reaches a terminal without control sequences", () => {
    const text =
      "\u001b[31mred\u001b[0m \u001b]0;title\u0007and \u001b]8;;http://x\u001b\\link \u001b[2Jgone\u001bc \u009b1mbold\b";
    assert.equal(printable(text), "red and link gone bold");
  });

  it("reaches GitHub's runner without commands", () => {
    assert.equal(
      printable("::add-mask::x\n  ::stop-commands::y\nsaid ##[error]no\nstd::string 10\r::set-output::z\r\n"),
      ": :add-mask::x\n  : :stop-commands::y\nsaid # #[error]no\nstd::string 10\n: :set-output::z\n",
    );
  });

  it("contains no control character except tab and line feed, and no command, whatever it was", () => {
    const nasty = fc.string({
      unit: fc.constantFrom("\u001b", "[", "]", ":", "#", "\r", "\n", "\u0007", "\u0000", "\ud800", "m", " "),
      maxLength: 30,
    });
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = printable(text);
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|^\s*::|##\[/m);
      }),
      { numRuns: 2000 },
    );
  });
});
