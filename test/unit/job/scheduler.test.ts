/** When jobs run by their schedules, with a clock and an engine that are played. */
import assert from "node:assert/strict";
import type { Ended, Outcome } from "../../../components/job/program/runner.mjs";
import { Scheduler, type Kept } from "../../../components/job/program/scheduler.mjs";
import { parseSchedule } from "../../../components/input/schedule.mjs";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A volume, a clock and what became of runs. */
class Scene {
  now = Date.parse("2026-01-02T12:00:00Z");
  kept: Readonly<Record<string, Kept>> | undefined;
  /** The times for which a run was begun. */
  readonly begun: string[] = [];
  outcome: () => Promise<Outcome> = () => Promise.resolve(this.ended());

  ended(change: Partial<Ended> = {}): Ended {
    return { at: this.now, seconds: 1.5, exitCode: 0, log: ["done"], ...change };
  }

  start(text = "0 3 * * *"): Scheduler {
    return new Scheduler({
      jobs: { cleanup: { text, schedule: parseSchedule(text) ?? assert.fail(text) } },
      run: (_, due) => {
        this.begun.push(due);
        return this.outcome();
      },
      read: () => this.kept,
      write: (kept) => {
        this.kept = structuredClone(kept);
      },
      now: () => this.now,
    });
  }

  /** Looks at the clock every minute for so long. */
  async pass(scheduler: Scheduler, time: number): Promise<void> {
    for (const end = this.now + time; this.now < end; this.now += minute) await Promise.all(scheduler.look());
  }
}

/** The results of a job's runs, the newest first. */
function results(scheduler: Scheduler): string[] {
  const [state] = scheduler.state().jobs;
  return (state?.runs ?? []).map(({ due, result }) => `${due.slice(5, 16)} ${result}`);
}

describe("a job with a schedule", () => {
  it("runs at each of its times, in UTC, and not when it is described (000-88c)", async () => {
    const scene = new Scene();
    const scheduler = scene.start();
    assert.deepEqual(scheduler.state(), {
      jobs: [{ job: "cleanup", schedule: "0 3 * * *", next: "2026-01-03T03:00:00.000Z", runs: [] }],
    });
    await scene.pass(scheduler, 2 * day);
    assert.deepEqual(scene.begun, ["2026-01-03T03:00:00.000Z", "2026-01-04T03:00:00.000Z"]);
    const [last] = scheduler.state().jobs[0]?.runs ?? [];
    const time = "2026-01-04T03:00:00.000Z";
    assert.deepEqual(last, {
      ...{ due: time, at: time, result: "succeeded", seconds: 1.5, exitCode: 0, log: ["done"] },
    });
  });

  it("makes up once for the times that were missed, also with other copies, and never twice", async () => {
    const scene = new Scene();
    await scene.pass(scene.start(), hour);
    scene.now += 3 * day;
    await scene.pass(scene.start(), hour);
    await scene.pass(scene.start(), hour);
    assert.deepEqual(scene.begun, ["2026-01-05T03:00:00.000Z"]);
  });

  it("does not make up for the times of another schedule", async () => {
    const scene = new Scene();
    await scene.pass(scene.start(), hour);
    scene.now += 3 * day;
    await scene.pass(scene.start("0 4 * * *"), hour);
    assert.deepEqual(scene.begun, []);
  });

  it("skips a time at which it still runs, and says so", async () => {
    const scene = new Scene();
    let end: (ended: Ended) => void = () => undefined;
    scene.outcome = () =>
      new Promise((resolve) => {
        end = resolve;
      });
    const scheduler = scene.start("0 * * * *");
    scene.now += hour;
    const [run] = scheduler.look();
    assert.equal(scheduler.state().jobs[0]?.running, "2026-01-02T13:00:00.000Z");
    scene.now += hour;
    assert.deepEqual(scheduler.look(), []);
    assert.deepEqual(scheduler.look(), []);
    end(scene.ended());
    await run;
    assert.deepEqual(results(scheduler), ["01-02T14:00 skipped", "01-02T13:00 succeeded"]);
    const [skipped] = scheduler.state().jobs[0]?.runs ?? [];
    assert.equal(skipped?.problem, "the run of 2026-01-02 13:00 UTC still went on");
    assert.deepEqual(scene.begun, ["2026-01-02T13:00:00.000Z"]);
  });

  it("skips a time at which somebody else runs it, and waits a moment for one that is just ending", async () => {
    const scene = new Scene();
    const scheduler = scene.start("0 * * * *");
    scene.now += hour;
    scene.outcome = () => Promise.resolve("later");
    await Promise.all(scheduler.look());
    assert.deepEqual(results(scheduler), []);
    scene.outcome = () => Promise.resolve("goes on");
    await Promise.all(scheduler.look());
    assert.deepEqual(results(scheduler), ["01-02T13:00 skipped"]);
    assert.equal(scheduler.state().jobs[0]?.runs[0]?.problem, "a run that somebody asked for still went on");
    assert.deepEqual(scheduler.look(), []);
  });

  it("takes over what the program before it began, and does not begin that again", async () => {
    const scene = new Scene();
    scene.start("0 * * * *");
    scene.now += hour + minute;
    const scheduler = scene.start("0 * * * *");
    const due = Date.parse("2026-01-02T13:00:00Z");
    const failed = { exitCode: 3, problem: "ended with exit code 3" };
    const over = scheduler.takeOver([
      { job: "cleanup", due, ended: () => Promise.resolve(scene.ended(failed)) },
      { job: "gone", due, ended: () => Promise.resolve(scene.ended()) },
    ]);
    assert.deepEqual(scheduler.look(), []);
    await Promise.all(over);
    assert.deepEqual(scheduler.look(), []);
    assert.deepEqual(results(scheduler), ["01-02T13:00 failed"]);
    assert.deepEqual(scene.begun, []);
  });

  it("keeps its last ten runs", async () => {
    const scene = new Scene();
    const scheduler = scene.start("*/5 * * * *");
    await scene.pass(scheduler, 2 * hour);
    assert.equal(results(scheduler).length, 10);
    assert.equal(results(scene.start("*/5 * * * *"))[0], "01-02T13:55 succeeded");
  });

  it("is not kept from running by a clock that was far ahead", async () => {
    const scene = new Scene();
    const right = scene.now;
    scene.now += 400 * day;
    await scene.pass(scene.start(), day);
    scene.now = right;
    scene.begun.length = 0;
    await scene.pass(scene.start(), day);
    assert.deepEqual(scene.begun, ["2026-01-03T03:00:00.000Z"]);
  });
});
