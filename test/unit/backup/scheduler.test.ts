/** When backups are taken, with a clock and an engine that are played. */
import assert from "node:assert/strict";
import type { Failure, Taken } from "../../../components/backup/program/dump.mjs";
import type { Dump } from "../../../components/backup/program/dumps.mjs";
import { Scheduler, type Kept } from "../../../components/backup/program/scheduler.mjs";
import { parseSchedule } from "../../../components/input/schedule.mjs";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A volume and a clock. */
class Scene {
  now = Date.parse("2026-01-02T12:00:00Z");
  dumps: Dump[] = [];
  kept: Kept | undefined;
  /** The times for which a dump was tried. */
  readonly tried: string[] = [];
  failure: Failure | undefined;

  start(text = "0 3 * * *"): Scheduler {
    return new Scheduler({
      text,
      schedule: parseSchedule(text) ?? assert.fail(text),
      retentionDays: 30,
      dumps: () => this.dumps,
      take: (due) =>
        Promise.resolve().then(() => {
          this.tried.push(due);
          return this.failure ?? this.add("schedule", due);
        }),
      remove: (gone) => {
        this.dumps = this.dumps.filter((one) => !gone.includes(one));
      },
      read: () => this.kept,
      write: (kept) => {
        this.kept = kept;
      },
      now: () => this.now,
    });
  }

  add(why: "schedule" | "by hand" = "schedule", due = "", taken = this.now): Taken {
    const facts = { why, due, sha256: "sum", bytes: 10, entries: 3 };
    this.dumps.unshift({ file: `${new Date(taken).toISOString()}.dump`, bytes: 10, taken, facts });
    return facts;
  }

  /** Looks at the clock every minute for so long. */
  async pass(scheduler: Scheduler, time: number): Promise<void> {
    for (const end = this.now + time; this.now < end; this.now += minute) await scheduler.look();
  }
}

const full: Failure = { problem: "the host's disk is full", remedy: "free some", full: true };
const down: Failure = { problem: "the server does not run", remedy: "mend that", full: false };

describe("a schedule of backups", () => {
  it("takes one at each of its times, in UTC, and none when it begins (003-43, 003-144)", async () => {
    const scene = new Scene();
    await scene.pass(scene.start(), 3 * day);
    assert.deepEqual(scene.tried, [
      "2026-01-03T03:00:00.000Z",
      "2026-01-04T03:00:00.000Z",
      "2026-01-05T03:00:00.000Z",
    ]);
  });

  it("makes up for the times that it missed with one backup, and never twice", async () => {
    const scene = new Scene();
    await scene.pass(scene.start(), hour);
    scene.now += 3 * day;
    await scene.pass(scene.start(), hour);
    await scene.pass(scene.start(), hour);
    assert.deepEqual(scene.tried, ["2026-01-05T03:00:00.000Z"]);
  });

  it("knows from the dumps what is done: one that was whole when its program was killed is not taken again", async () => {
    const scene = new Scene();
    scene.start();
    scene.now = Date.parse("2026-01-03T03:10:00Z");
    scene.add("schedule", "2026-01-03T03:00:00.000Z");
    await scene.pass(scene.start(), hour);
    assert.deepEqual(scene.tried, []);
    assert.equal(scene.start().state().next, "2026-01-04T03:00:00.000Z");
  });

  it("that is another one begins anew: its times of the past are nobody's", async () => {
    const scene = new Scene();
    await scene.pass(scene.start("0 3 * * *"), hour);
    const other = scene.start("0 11 * * *");
    await scene.pass(other, hour);
    assert.deepEqual(scene.tried, []);
    assert.equal(other.state().next, "2026-01-03T11:00:00.000Z");
  });

  it("is not thrown off by a clock that jumps", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    await scene.pass(scheduler, 16 * hour);
    assert.equal(scene.tried.length, 1);
    // Set back by half an hour, over the time that was done.
    scene.now = Date.parse("2026-01-03T02:40:00Z");
    await scene.pass(scheduler, hour);
    assert.equal(scene.tried.length, 1);
    // A year ahead, where a backup is due, and back again: the times go on as if nothing had been.
    scene.now += 365 * day;
    await scene.pass(scheduler, hour);
    assert.equal(scene.tried.length, 2);
    scene.now = Date.parse("2026-01-04T02:30:00Z");
    await scene.pass(scheduler, hour);
    assert.deepEqual(scene.tried.slice(2), ["2026-01-04T03:00:00.000Z"]);
  });

  it("that began while the clock was ahead begins anew when it is right", async () => {
    const scene = new Scene();
    scene.now += 365 * day;
    const scheduler = scene.start();
    scene.now -= 365 * day;
    await scene.pass(scheduler, day);
    assert.deepEqual(scene.tried, ["2026-01-03T03:00:00.000Z"]);
  });

  it("tries one that fails again every quarter of an hour, and says why and how often", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    scene.failure = down;
    await scene.pass(scheduler, 15 * hour + 31 * minute);
    assert.deepEqual(scene.tried, Array(3).fill("2026-01-03T03:00:00.000Z"));
    assert.deepEqual(scheduler.state().lastFailure, {
      at: "2026-01-03T03:30:00.000Z",
      reason: "the server does not run: mend that",
      tries: 3,
    });
    // What failed may have ended with its host: the next program tries at once, and counts on.
    const next = scene.start();
    await scene.pass(next, 2 * minute);
    assert.equal(scene.tried.length, 4);
    assert.equal(next.state().lastFailure?.tries, 4);
    scene.failure = undefined;
    await scene.pass(next, hour);
    assert.equal(scene.tried.length, 5);
    assert.equal(scene.dumps.length, 1);
  });

  it("does not wait once one has succeeded, as one by hand", async () => {
    const scene = new Scene();
    const scheduler = scene.start("* * * * *");
    scene.failure = down;
    await scene.pass(scheduler, 3 * minute);
    assert.equal(scene.tried.length, 1);
    scene.failure = undefined;
    scene.add("by hand");
    await scene.pass(scheduler, 2 * minute);
    assert.equal(scene.tried.length, 3);
  });

  it("counts the failures anew after a success", async () => {
    const scene = new Scene();
    const scheduler = scene.start("0 * * * *");
    scene.failure = down;
    await scene.pass(scheduler, hour + 20 * minute);
    scene.failure = undefined;
    await scene.pass(scheduler, hour);
    scene.failure = down;
    await scene.pass(scheduler, hour);
    assert.equal(scheduler.state().lastFailure?.tries, 2);
  });

  it("removes old ones after each that succeeded, and none while they fail", async () => {
    const scene = new Scene();
    scene.add("schedule", "", scene.now - 40 * day);
    scene.add("by hand", "", scene.now - 20 * day);
    const scheduler = scene.start();
    scene.failure = down;
    await scene.pass(scheduler, day);
    assert.equal(scene.dumps.length, 2);
    scene.failure = undefined;
    await scene.pass(scheduler, hour);
    assert.deepEqual(
      scene.dumps.map(({ taken }) => Math.round((scene.now - taken) / day)),
      [0, 21],
    );
  });

  it("makes room on a full disk with those whose time is over, and tries at once again", async () => {
    const scene = new Scene();
    scene.add("schedule", "", scene.now - 40 * day);
    scene.add("schedule", "", scene.now - 20 * day);
    const scheduler = scene.start();
    scene.failure = full;
    await scene.pass(scheduler, 15 * hour + 2 * minute);
    assert.equal(scene.tried.length, 2);
    assert.equal(scene.dumps.length, 1);
    await scene.pass(scheduler, 15 * minute);
    assert.equal(scene.tried.length, 3, "nothing is left to remove");
    assert.equal(scene.dumps.length, 1);
  });

  it("takes one when it is asked, also while it waits, and its own time stays", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    scheduler.run();
    await scene.pass(scheduler, 2 * minute);
    assert.deepEqual(scene.tried, [""]);
    assert.equal(scheduler.state().next, "2026-01-03T03:00:00.000Z");
    assert.equal(scheduler.state().lastSuccess, "2026-01-02T12:00:00.000Z");
  });

  it("takes one at a time, and says so", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    scheduler.run();
    const first = scheduler.look();
    scheduler.run();
    await scheduler.look();
    assert.equal(scheduler.state().running, true);
    await first;
    assert.equal(scene.tried.length, 1);
    assert.equal(scheduler.state().running, false);
  });

  it("reports an engine that fails", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    scene.add = () => {
      throw new Error("POST /containers/create: 500 no such image");
    };
    scheduler.run();
    await scheduler.look();
    assert.equal(
      scheduler.state().lastFailure?.reason,
      `the host's engine failed, got "POST /containers/create: 500 no such image": mend that`,
    );
  });
});
