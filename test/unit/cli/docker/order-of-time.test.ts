import assert from "node:assert/strict";
import { inOrderOfTime } from "../../../../cli/docker/order-of-time.ts";

/** Lines with these times, and how many of them were asked for. */
function lines(...times: readonly number[]) {
  const asked = { count: 0 };
  async function* read(): AsyncGenerator<{ time: string }> {
    for (const time of times) {
      asked.count++;
      yield await Promise.resolve({ time: String(time) });
    }
  }
  return { asked, read };
}

async function timesOf(merged: AsyncIterable<{ time: string }>): Promise<number[]> {
  const times: number[] = [];
  for await (const { time } of merged) times.push(Number(time));
  return times;
}

describe("the output of several containers", () => {
  it("is merged in chronological order", async () => {
    const sources = [lines(1, 4, 9), lines(), lines(2, 3), lines(0, 4, 5, 6)];
    const merged = inOrderOfTime(sources.map(({ read }) => read()));
    assert.deepEqual(await timesOf(merged), [0, 1, 2, 3, 4, 4, 5, 6, 9]);
    assert.deepEqual(await timesOf(inOrderOfTime([])), []);
  });

  it("is read as it is printed, with only the next line of each in memory", async () => {
    const [one, other] = [lines(1, 2, 3, 4), lines(5, 6, 7, 8)];
    const merged = inOrderOfTime([one.read(), other.read()]);
    await merged.next();
    await merged.next();
    await merged.next();
    assert.deepEqual([one.asked.count, other.asked.count], [3, 1]);
  });
});
