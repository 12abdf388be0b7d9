/** When dumps are restored to prove them, and what is said of faults, with a clock and an engine that are played. */
import assert from "node:assert/strict";
import type { Content } from "../../../components/backup/program/content.mjs";
import {
  Drill,
  differenceOf,
  type DrillFailure,
  type DrillRecord,
} from "../../../components/backup/program/drill.mjs";
import { dumpName } from "../../../components/backup/program/dump.mjs";
import type { Dump, DumpFacts } from "../../../components/backup/program/dumps.mjs";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const content: Content = {
  schema: "schema",
  bytes: 8_000_000,
  roles: ["notes"],
  rows: { "public.notes": 12, 'public."Odd ""one"""': 3 },
};

/** A volume and a clock. */
class Scene {
  now = Date.parse("2026-01-02T12:00:00Z");
  dumps: Dump[] = [];
  record: DrillRecord | undefined;
  found = content;
  failure: DrillFailure | undefined;
  /** True when the program is killed while it restores. */
  killed = false;
  /** The words with which the engine fails. */
  broken: string | undefined;
  counted = true;
  readonly restored: string[] = [];

  start(): Drill {
    return new Drill({
      dumps: () => this.dumps,
      contentOf: () => (this.counted ? content : undefined),
      restore: ({ file }) => {
        this.restored.push(`${file} at ${new Date(this.now).toISOString()}`);
        if (this.broken !== undefined) return Promise.reject(new Error(this.broken));
        if (this.killed) return new Promise(() => undefined);
        return Promise.resolve(this.failure ?? { seconds: 7, content: this.found });
      },
      read: () => this.record,
      write: (record) => {
        this.record = record;
      },
      now: () => this.now,
    });
  }

  /** Takes a dump, whose file may be another than its facts say. */
  take(
    { release = "scheduled", bytes = 10 }: { release?: string; bytes?: number } = {},
    change: Partial<DumpFacts> | null = {},
  ): string {
    const why = release === "scheduled" ? ("schedule" as const) : ("by hand" as const);
    const counts = { tables: 2, rows: 15 };
    const facts = { ...{ why, due: "", sha256: "sum", bytes: 10, entries: 3, content: counts }, ...change };
    const file = dumpName(this.now, release);
    this.dumps.unshift({ file, bytes, taken: this.now, ...(change !== null && { facts }) });
    return file;
  }

  /** Looks at the clock every minute for so long. */
  async pass(drill: Drill, time: number): Promise<void> {
    for (const end = this.now + time; this.now < end; this.now += minute)
      await (this.killed ? looked(drill) : drill.look());
  }

  /** Passes nights, each with a dump at 3:00. */
  async nights(drill: Drill, count: number): Promise<void> {
    for (let night = 0; night < count; night += 1) {
      await this.pass(drill, 15 * hour);
      this.take();
      await this.pass(drill, 9 * hour);
    }
  }
}

/** Looks once; a restore whose program is killed does not keep anybody waiting. */
async function looked(drill: Drill): Promise<void> {
  await Promise.race([drill.look(), new Promise(setImmediate)]);
}

/** What the first drill of a scene says. */
async function reasonOf(scene: Scene): Promise<string | undefined> {
  const drill = scene.start();
  await scene.pass(drill, 2 * minute);
  return drill.state().lastFailure?.reason;
}

const another = "take another with npx towpath backup";

describe("the restore that proves a backup", () => {
  it("is made each night of the dump of that night, and says nothing in 30 quiet ones (000-81b, 003-146)", async () => {
    const scene = new Scene();
    const drill = scene.start();
    await scene.nights(drill, 30);
    assert.equal(scene.restored.length, 30);
    assert.equal(scene.restored[0], "2026-01-03T03-00-00Z-scheduled.dump at 2026-01-03T03:00:00.000Z");
    assert.deepEqual(drill.state(), {
      since: "2026-01-02T12:00:00.000Z",
      running: false,
      lastProven: {
        ...{ at: "2026-02-01T03:00:00.000Z", taken: "2026-02-01T03:00:00.000Z", seconds: 7 },
        ...{ file: "2026-02-01T03-00-00Z-scheduled.dump", tables: 2, rows: 15 },
      },
    });
  });

  it("is made once a day, however often the schedule takes a dump, and not of what a release takes by day", async () => {
    const scene = new Scene();
    const drill = scene.start();
    for (let hours = 0; hours < 48; hours += 1) {
      scene.take();
      await scene.pass(drill, hour);
    }
    assert.deepEqual(
      scene.restored.map((one) => one.slice(0, 13)),
      ["2026-01-02T12", "2026-01-03T00", "2026-01-04T00"],
    );
    scene.dumps = scene.dumps.slice(-1);
    scene.now += day;
    scene.take({ release: "0123456789ab" });
    await scene.pass(drill, hour);
    assert.equal(scene.restored.length, 3);
  });

  it("is made when it is asked for, of the newest, whoever took it", async () => {
    const scene = new Scene();
    const drill = scene.start();
    scene.take();
    await scene.pass(drill, minute);
    scene.now += minute;
    const file = scene.take({ release: "0123456789ab" });
    drill.run();
    assert.equal(drill.state().running, true);
    await looked(drill);
    assert.deepEqual([drill.state().running, drill.state().lastProven?.file], [false, file]);
  });

  it("waits for the next dump where an earlier version took the newest, and says so when it is asked for", async () => {
    const scene = new Scene();
    const { content: _, ...old } = {
      why: "schedule" as const,
      due: "",
      sha256: "sum",
      bytes: 10,
      entries: 3,
      content,
    };
    const file = dumpName(scene.now, "scheduled");
    scene.dumps = [{ file, bytes: 10, taken: scene.now, facts: old }];
    scene.counted = false;
    const drill = scene.start();
    await scene.pass(drill, hour);
    assert.equal(drill.state().lastFailure, undefined);
    drill.run();
    await looked(drill);
    assert.equal(
      drill.state().lastFailure?.reason,
      `${file} has nothing beside it to compare it with: ${another}`,
    );
  });

  it("tells a dump that is cut off or empty, or whose facts are gone", async () => {
    for (const bytes of [9, 0]) {
      const scene = new Scene();
      const file = scene.take({ bytes });
      const damaged = `${file} is damaged, got ${bytes} bytes instead of 10: ${another}`;
      assert.equal(await reasonOf(scene), damaged);
      assert.deepEqual(scene.restored, []);
    }
    const scene = new Scene();
    const gone = `${scene.take({}, null)} has no facts beside it, or none that can be read: ${another}`;
    assert.equal(await reasonOf(scene), gone);
  });

  it("tells another number of rows, tables that are gone, and another schema", async () => {
    const scene = new Scene();
    const file = scene.take();
    scene.found = { ...content, rows: { "public.notes": 11 } };
    const names = 'public.\\"Odd \\"\\"one\\"\\"\\" is not there';
    assert.equal(
      await reasonOf(scene),
      `${file} was restored, and it is not what was dumped, got public.notes has 11 rows instead of 12, ${names}: ${another}`,
    );
    const other = { ...content, schema: "another" };
    assert.equal(
      differenceOf(content, other),
      "it has another schema than what was dumped, with the same rows",
    );
    assert.equal(differenceOf(content, { ...content, bytes: 1, roles: [] }), undefined);
    // One that was emptied while the others were counted has no number beside its dump.
    assert.equal(differenceOf({ ...content, rows: {} }, content), undefined);
    const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, 1]));
    assert.equal(
      differenceOf({ ...content, rows: many }, { ...content, rows: {} }),
      "it is not what was dumped, got a is not there, b is not there, c is not there and 2 more",
    );
  });

  it("is tried again after a quarter of an hour, then twice as long, and at most four hours", async () => {
    const scene = new Scene();
    const file = scene.take();
    scene.failure = { problem: `restoring ${file} filled the host's disk`, remedy: "free some" };
    const drill = scene.start();
    await scene.pass(drill, 17 * hour);
    assert.deepEqual(
      scene.restored.map((one) => one.slice(-13, -8)),
      ["12:00", "12:15", "12:45", "13:45", "15:45", "19:45", "23:45", "03:45"],
    );
    assert.deepEqual(drill.state().lastFailure, {
      ...{ at: "2026-01-03T03:45:00.000Z", file, tries: 8 },
      reason: `restoring ${file} filled the host's disk: free some`,
    });
    // Another dump is tried at once.
    scene.failure = undefined;
    const next = scene.take();
    await scene.pass(drill, 2 * minute);
    assert.equal(drill.state().lastProven?.file, next);
    scene.failure = { problem: "it", remedy: "mend that" };
    await scene.nights(drill, 1);
    assert.equal(scene.record?.failure?.tries, 5, "counted anew after one that passed");
  });

  it("that was cut off is made again at once, and told when that goes on", async () => {
    const scene = new Scene();
    const file = scene.take();
    scene.killed = true;
    for (let start = 0; start < 2; start += 1) await scene.pass(scene.start(), minute);
    assert.equal(scene.restored.length, 2);
    assert.equal(scene.start().state().lastFailure, undefined);
    const third = scene.start();
    await scene.pass(third, 10 * minute);
    assert.equal(scene.restored.length, 2);
    assert.equal(
      third.state().lastFailure?.reason,
      `restoring ${file} was cut off 2 times: see the log of the host's engine`,
    );
    scene.killed = false;
    await scene.pass(third, 10 * minute);
    assert.equal(third.state().lastProven?.file, file);
  });

  it("that an update of its program ends is no attempt", async () => {
    const scene = new Scene();
    scene.take();
    scene.killed = true;
    for (let start = 0; start < 5; start += 1) {
      const drill = scene.start();
      await scene.pass(drill, minute);
      drill.giveUp();
    }
    assert.equal(scene.restored.length, 5);
    assert.equal(scene.start().state().lastFailure, undefined);
  });

  it("does not take a dump from the future, nor a proof of it, when the clock was ahead", async () => {
    const scene = new Scene();
    scene.now += 365 * day;
    scene.take();
    await scene.pass(scene.start(), hour);
    assert.equal(scene.restored.length, 1);
    scene.now = Date.parse("2026-01-03T03:00:00Z");
    const drill = scene.start();
    assert.equal(drill.state().lastProven, undefined);
    await scene.pass(drill, hour);
    assert.equal(scene.restored.length, 1);
    const file = scene.take();
    // Dumps are listed by the times in their names.
    scene.dumps.reverse();
    await scene.pass(drill, hour);
    assert.deepEqual([drill.state().lastProven?.file, drill.state().lastFailure], [file, undefined]);
    assert.ok(drill.state().since <= "2026-01-03T06:00:00.000Z", drill.state().since);
  });

  it("reports an engine that fails, and that there is nothing to restore", async () => {
    const scene = new Scene();
    const drill = scene.start();
    drill.run();
    await looked(drill);
    assert.equal(drill.state().lastFailure?.reason, `there is no dump to restore: ${another}`);
    scene.take();
    scene.broken = "POST /containers/create: 500 no such image";
    drill.run();
    await looked(drill);
    assert.equal(
      drill.state().lastFailure?.reason,
      `the host's engine failed, got "POST /containers/create: 500 no such image": mend that`,
    );
  });
});
