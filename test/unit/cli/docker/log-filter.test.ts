import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { lastOf, linesOf, matching, sinceOf } from "../../../../cli/docker/log-filter.ts";

async function all<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe("the lines of logs that somebody asks for", () => {
  it("begin at a time span until now, or at a time", () => {
    assert.deepEqual([undefined, "90s", "10m", "2h", "3d"].map(sinceOf), [
      undefined,
      "90s",
      "10m",
      "2h",
      "72h",
    ]);
    assert.equal(sinceOf("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05.000Z");
    assert.equal(sinceOf("2026-01-02 03:04:05+01:00"), "2026-01-02T02:04:05.000Z");
    for (const bad of ["10", "m", "yesterday", "2026-13-45", "10m; id"]) {
      assert.throws(() => sinceOf(bad), {
        name: "Problem",
        message: `--since: expected a time span or a time, got "${bad}"; write 10m, 2h or 1d, or a time such as 2026-01-02T03:04:05Z`,
      });
    }
  });

  it("are a number of lines", () => {
    assert.deepEqual([undefined, "1", "100"].map(linesOf), [undefined, 1, 100]);
    for (const bad of ["0", "-1", "all", "1.5"]) {
      assert.throws(() => linesOf(bad), {
        name: "Problem",
        message: `--lines: expected a number of lines, got "${bad}"; write for example 100`,
      });
    }
  });

  it("hold a text, as it is written", async () => {
    const lines = ["a.c", "abc", "A.C"].map((text) => ({ text }));
    const of = async (text?: string): Promise<string[]> => {
      const from = Readable.from(lines) as AsyncIterable<{ text: string }>;
      return (await all(matching(from, text))).map((line) => line.text);
    };
    assert.deepEqual(await of("a.c"), ["a.c"]);
    assert.deepEqual(await of(), ["a.c", "abc", "A.C"]);
  });

  it("are the last ones, in their order", async () => {
    const numbers = Array.from({ length: 1000 }, (_, number) => number);
    const last = (count?: number): Promise<unknown[]> => all(lastOf(Readable.from(numbers), count));
    assert.deepEqual(await last(3), [997, 998, 999]);
    assert.deepEqual(await last(1), [999]);
    assert.deepEqual(await last(5000), numbers);
    assert.deepEqual(await last(), numbers);
  });
});
