import assert from "node:assert/strict";
import fc from "fast-check";
import { filledIn, notAVariable, noValue } from "../../../../../cli/init/compose/interpolation.ts";

describe("the variables of a compose file", () => {
  const text = (written: string, variables: Record<string, string> = {}): string =>
    filledIn(written, variables).text;

  it("are filled in as Compose does", () => {
    assert.equal(text("a $X ${X}_", { X: "1" }), "a 1 1_");
    assert.equal(text("${X:-d} ${X-d}"), "d d");
    assert.equal(text("${X:-d} ${X-d}", { X: "" }), "d ");
    assert.equal(text("${X:+s} ${X+s}|", { X: "" }), " s|");
    assert.equal(text("${X:+s}|"), "|");
    assert.equal(text("${X:-${Y:-z}}", {}), "z");
    assert.equal(text("${X:-${Y:-z}}/b", { Y: "y" }), "y/b");
    assert.equal(text("$$X $${X} 5$"), "$X ${X} 5$");
    assert.equal(text("${X}"), "");
  });

  it("say where a value is from, and what is there without it", () => {
    assert.deepEqual(filledIn("${A}-${B:-b}-${C:-}-${D}", { A: "a" }), {
      text: "a-b--",
      plain: "-b--",
      problems: [],
      uses: [
        { name: "A", from: "given" },
        { name: "B", from: "default" },
        { name: "C", from: "empty default" },
        { name: "D", from: "nothing" },
      ],
    });
    assert.equal(filledIn("${A:-b}", { A: "a" }).plain, "b");
  });

  it("are refused where a value is asked for and there is none, or where they have no name", () => {
    assert.deepEqual(filledIn("${X:?set it} ${Y?}", {}).problems, [noValue("X", "set it"), noValue("Y", "")]);
    assert.equal(
      noValue("X", "set it"),
      "expected a value of X (set it), got none; put X=… into the .env beside the file, or give it as a variable of the shell",
    );
    assert.equal(
      noValue("X", ""),
      "expected a value of X, got none; put X=… into the .env beside the file, or give it as a variable of the shell",
    );
    for (const written of ["${}", "${1}", "${X", "${X!y}"])
      assert.deepEqual(filledIn(written, {}).problems, [notAVariable(written)]);
    assert.equal(
      notAVariable("${}"),
      'expected a variable such as ${NAME} or ${NAME:-default}, got "${}"; write $$ for a dollar sign',
    );
  });

  it("end for every text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("$", "{", "}", ":", "-", "?", "+", "A", "a", " ") }),
        (written) => {
          assert.equal(typeof filledIn(written, { A: "1" }).text, "string");
        },
      ),
    );
  });
});
