import assert from "node:assert/strict";
import { inLanes } from "../../run/queue.ts";

describe("the queue of groups", () => {
  /** Runs tasks by name; those with a `!` have to be alone. Returns the tasks that ran at each start. */
  async function ran(names: readonly string[], lanes: number): Promise<string[]> {
    const under = new Set<string>();
    const starts: string[] = [];
    const tasks = names.map((name) => ({ name, alone: name.endsWith("!") }));
    await inLanes(tasks, lanes, async ({ name }) => {
      under.add(name);
      starts.push([...under].join(" "));
      await new Promise((resolve) => setImmediate(resolve));
      under.delete(name);
    });
    return starts;
  }

  it("runs one at a time, in their order", async () => {
    assert.deepEqual(await ran(["a", "b!", "c"], 1), ["a", "b!", "c"]);
  });

  it("runs as many at a time as there are lanes, and what has to be alone at the end", async () => {
    assert.deepEqual(await ran(["a", "b!", "c", "d", "e!"], 2), ["a", "a c", "c d", "b!", "e!"]);
  });
});
