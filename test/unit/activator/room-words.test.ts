import assert from "node:assert/strict";
import { previewMemory, roomInWords, type Asking } from "../../../components/activator/room-words.ts";
import { messageOf } from "../assert-refused.ts";
import { notes } from "../application/notes.ts";
import { parseApplication } from "../../../components/application/parse.ts";

const mebibyte = 1024 ** 2;
const asking: Asking = {
  namespace: "notes-pr-12",
  memory: 1536 * mebibyte,
  gateway: "host-previews",
  room: { memory: 4096 * mebibyte, previews: 6, whenFull: "sleep", sleepAfter: 7200 },
};
const taken = { memory: 3072 * mebibyte, previews: 2 };

describe("the room for a preview, in words", () => {
  it("is the limits of all its containers, those of its servers too", () => {
    const { services, ...application } = parseApplication(notes);
    const count = Object.keys(services).length + 3;
    const limits = { memory: 256, cpus: 1, pids: 8 };
    assert.equal(previewMemory({ services, ...application }, limits), count * 256);
    const own = { ...limits, services: { api: { memory: 512 }, postgres: { memory: 1024, pids: 9 } } };
    assert.equal(previewMemory({ services, ...application }, own), (count - 2) * 256 + 512 + 1024);
    const { postgres, redis, ...least } = application;
    assert.ok(postgres !== undefined && redis !== undefined);
    assert.equal(previewMemory({ ...least, services: {}, buckets: [] }, limits), 0);
  });

  it("says what is taken, and who sleeps for it", () => {
    const active = Date.parse("2026-01-02T09:12:00Z");
    const tenant = { namespace: "notes-pr-3", memory: 1, active, beingMade: false };
    const found = { answer: "room", taken, sleep: [tenant] } as const;
    const room =
      "room: notes-pr-12 may use 1.5 GiB; others took 3 GiB of 4 GiB and 2 of 6 places of host-previews";
    assert.deepEqual(roomInWords(asking, found, "sleeps"), [
      room,
      "room: notes-pr-3 sleeps to make room, unused since 2026-01-02 09:12 UTC",
    ]);
    assert.deepEqual(roomInWords(asking, found, "would sleep"), [
      room,
      "room: notes-pr-3 would sleep to make room, unused since 2026-01-02 09:12 UTC",
    ]);
  });

  it("says at which place of the queue it waits", () => {
    assert.equal(
      messageOf(() => roomInWords(asking, { answer: "waits", place: 2, taken }, "sleeps")),
      "towpath:gateway: 1.5 GiB and a place are needed on host-previews, got 3 GiB of 4 GiB and 2 of 6 places taken by others; notes-pr-12 waits as number 2 of the queue: run the command again later, or make room with npx towpath preview sleep <number>",
    );
  });

  it("says when it can never fit", () => {
    assert.equal(
      messageOf(() =>
        roomInWords({ ...asking, memory: 8192 * mebibyte }, { answer: "never", taken }, "sleeps"),
      ),
      "towpath:limits.memory: 8 GiB for the containers of notes-pr-12, each up to its limit, do not fit, got 4 GiB for all previews; lower it, or raise towpath:room.memory of host-previews",
    );
  });
});
