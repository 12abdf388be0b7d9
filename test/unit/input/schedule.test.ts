/** The times of a schedule: cron's five fields, in UTC. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSchedule, timeAfter, timeUntil } from "../../../components/input/schedule.mjs";

type Schedule = NonNullable<ReturnType<typeof parseSchedule>>;

const scheduleOf = (text: string): Schedule => parseSchedule(text) ?? assert.fail(text);
const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);

describe("the times of a schedule", () => {
  it("are those that cron's fields name, before and after a time", () => {
    const now = Date.parse("2026-01-02T12:30:15Z"); // a Friday
    for (const [text, before, after] of [
      ["0 3 * * *", "2026-01-02T03:00", "2026-01-03T03:00"],
      ["30 12 * * *", "2026-01-02T12:30", "2026-01-03T12:30"],
      ["*/15 0-6,22-23/2 * * *", "2026-01-02T06:45", "2026-01-02T22:00"],
      ["0 0 1 * *", "2026-01-01T00:00", "2026-02-01T00:00"],
      ["59 23 31 12 *", "2025-12-31T23:59", "2026-12-31T23:59"],
      ["0 4 * * 7", "2025-12-28T04:00", "2026-01-04T04:00"],
      ["0 4 * * 0", "2025-12-28T04:00", "2026-01-04T04:00"],
      ["0 4 29 2 *", "2024-02-29T04:00", "2028-02-29T04:00"],
      ["5/20 * * * *", "2026-01-02T12:25", "2026-01-02T12:45"],
    ] as const) {
      const schedule = scheduleOf(text);
      assert.deepEqual([iso(timeUntil(schedule, now)), iso(timeAfter(schedule, now))], [before, after], text);
    }
  });

  it("come on one kind of days or the other where both are given", () => {
    // The first of a month, and every Monday.
    const schedule = scheduleOf("0 0 1 * 1");
    const found: unknown[] = [];
    for (let at = Date.parse("2026-01-01T00:00:01Z"); found.length < 5;) {
      at = timeAfter(schedule, at) ?? assert.fail();
      found.push(iso(at)?.slice(0, 10));
    }
    assert.deepEqual(found, ["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26", "2026-02-01"]);
  });

  it("never come where no month has such a day, and come over a century without a leap year", () => {
    assert.equal(timeAfter(scheduleOf("0 0 31 2,4 *"), 0), undefined);
    assert.equal(timeUntil(scheduleOf("0 0 30 2 *"), Date.now()), undefined);
    assert.equal(iso(timeAfter(scheduleOf("0 0 29 2 *"), Date.parse("2096-03-01"))), "2104-02-29T00:00");
  });

  it("are next to each other: none is between one and the next", () => {
    const field = (most: number): fc.Arbitrary<string> =>
      fc.oneof(fc.constant("*"), fc.integer({ min: 1, max: most }).map(String));
    const text = fc.tuple(field(59), field(23), field(28), field(12), field(6)).map((all) => all.join(" "));
    const times = fc.integer({ min: 0, max: Date.parse("2090-01-01") });
    fc.assert(
      fc.property(text, times, (five, time) => {
        const schedule = scheduleOf(five);
        const next = timeAfter(schedule, time) ?? assert.fail(five);
        const last = timeUntil(schedule, next - 1) ?? next;
        assert.ok(next > time && last <= time, `${five} at ${time}: ${last}, ${next}`);
        assert.equal(timeUntil(schedule, next), next);
      }),
      { numRuns: 50 },
    );
  });
});
