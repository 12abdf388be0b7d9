import assert from "node:assert/strict";
import { stateByRoom } from "../../../../cli/preview/facts.ts";

describe("a preview in a comment, by its room on the host", () => {
  it("runs where nothing else is known, and sleeps where it is not awake", () => {
    assert.deepEqual(stateByRoom(undefined), { state: "running" });
    assert.deepEqual(stateByRoom({ awake: true }), { state: "running" });
    assert.deepEqual(stateByRoom({ awake: false }), { state: "asleep" });
  });

  it("waits where it is in the queue", () => {
    const waiting = (place: number): unknown => stateByRoom({ place }).words;
    assert.equal(stateByRoom({ place: 1 }).state, "waiting");
    assert.equal(waiting(1), "the host is full; it is the next");
    assert.equal(waiting(2), "the host is full; 1 is before it");
    assert.equal(waiting(3), "the host is full; 2 are before it");
  });
});
