import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { openQuestion, question } from "../../../../cli/terminal/question.ts";

/** One end of a terminal. */
const terminal = () => Object.assign(new PassThrough(), { isTTY: true });

describe("a question", () => {
  async function answered(answer: string): Promise<{ agreed: boolean | undefined; shown: string }> {
    const [input, output] = [terminal(), terminal()];
    let stopped = 0;
    const ask = question({ stop: () => (stopped += 1) }, input, output);
    assert.equal(stopped, 0);
    const asked = ask?.("Remove it?");
    input.write(`${answer}\n`);
    const agreed = await asked;
    // What is drawn of the work would be drawn over it.
    assert.equal(stopped, 1);
    const shown = text(output.end());
    return { agreed, shown: await shown };
  }

  it("is agreed to by y and yes", async () => {
    for (const answer of ["y", "Y", "yes", " Yes "])
      assert.equal((await answered(answer)).agreed, true, answer);
  });

  it("is not agreed to by anything else", async () => {
    for (const answer of ["", "n", "no", "yesterday", "ye"])
      assert.equal((await answered(answer)).agreed, false, answer);
  });

  it("shows which answer is the default", async () => {
    assert.ok((await answered("")).shown.includes("Remove it? [y/N] "));
  });

  it("may be answered by a text", async () => {
    const [input, output] = [terminal(), terminal()];
    const asked = openQuestion({ stop: () => undefined }, input, output)?.("Which port?");
    input.write(" 8000 \n");
    assert.equal(await asked, "8000");
    assert.ok((await text(output.end())).includes("Which port? "));
  });

  it("is not asked when nobody sits at a terminal", () => {
    const progress = { stop: () => undefined };
    assert.equal(question(progress, new PassThrough(), terminal()), undefined);
    assert.equal(question(progress, terminal(), new PassThrough()), undefined);
  });
});
