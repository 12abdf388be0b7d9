import assert from "node:assert/strict";
import { until } from "../../../components/input/until.ts";

describe("until", () => {
  const soon = (): number => Date.now() + 5_000;

  it("returns the first result that is enough", async () => {
    const found = [1, 2, 3, 4];
    const look = (): number => found.shift() ?? 0;
    assert.equal(await until(look, (number) => number > 2, { deadline: soon(), interval: 1 }), 3);
    assert.deepEqual(found, [4]);
  });

  it("looks once when there is no time, and returns the result", async () => {
    let looks = 0;
    const look = (): Promise<number> => Promise.resolve(++looks);
    assert.equal(await until(look, () => false, { deadline: 0, interval: 60_000 }), 1);
  });

  it("fails when a look fails", async () => {
    const look = (): Promise<never> => Promise.reject(new Error("gone"));
    await assert.rejects(
      until(look, () => false, { deadline: soon(), interval: 1 }),
      /^Error: gone$/,
    );
  });
});
