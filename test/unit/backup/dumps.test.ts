/** The dumps in a volume, and which of them go. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dumpsIn,
  expiredIn,
  newestGood,
  remove,
  type Dump,
} from "../../../components/backup/program/dumps.mjs";

const day = 24 * 3600_000;
const now = Date.parse("2026-03-01T03:00:00Z");

/** A good dump of so many days ago; `bytes` of another size are those of one that was cut off. */
function dump(age: number, why: "schedule" | "release" | "by hand" = "schedule", bytes = 10): Dump {
  const facts = { why, due: "", sha256: "sum", bytes: 10, entries: 3 };
  return { file: `${age}`, bytes, taken: now - age * day, facts };
}

function expired(dumps: readonly Dump[], retentionDays = 30): string[] {
  return expiredIn(dumps, { retentionDays, now }).map(({ file }) => file);
}

describe("dumps whose time is over", () => {
  it("are older than the retention says, whoever took them (000-76, 003-145)", () => {
    const kept = [dump(0), dump(1), dump(29), dump(30)];
    assert.deepEqual(expired([...kept, dump(31), dump(40, "by hand")]), ["31", "40"]);
    assert.deepEqual(expired([dump(0), dump(6), dump(8)], 7), ["8"]);
  });

  it("are never the newest good one, however many broken ones are newer", () => {
    const broken = dump(1, "schedule", 9);
    assert.deepEqual(expired([broken, dump(45), dump(46), dump(90)]), ["46", "90"]);
    assert.deepEqual(expired([dump(45)]), []);
    assert.deepEqual(
      expired([dump(31, "schedule", 9), dump(40, "schedule", 9)]),
      [],
      "nothing else is there",
    );
  });

  it("are not the newest from before a migration, which the release that runs is gone back from with", () => {
    const dumps = [dump(0), dump(1), dump(50, "release"), dump(60, "release"), dump(70)];
    assert.deepEqual(expired(dumps), ["60", "70"]);
  });

  it("are none that Towpath wrote nothing down about", () => {
    const foreign = { file: "everything.sql", bytes: 10, taken: now - 400 * day };
    assert.deepEqual(expired([dump(0), dump(1), foreign]), []);
  });

  it("are none while the clock seems to have jumped: nothing was dumped for longer than dumps are kept", () => {
    assert.deepEqual(expired([dump(0), dump(400), dump(401)]), []);
    // The next night, when it is put right, or the jump was none.
    assert.deepEqual(expired([dump(0), dump(1), dump(400), dump(401)]), ["400", "401"]);
  });

  it("do not leave one from the future as the newest good one", () => {
    const [ahead, good] = [dump(-300), dump(31)];
    assert.equal(newestGood([ahead, good], now), good);
    assert.deepEqual(expired([ahead, good, dump(32)]), ["32"]);
  });
});

describe("the dumps in a volume", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "towpath-dumps-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, content: string): void {
    writeFileSync(join(folder, name), content);
  }

  it("are listed the newest first, with what was written down about them; half ones are none", () => {
    const facts = { why: "schedule", due: "2026-01-02T03:00:00.000Z", sha256: "sum", bytes: 5, entries: 3 };
    write("2026-01-01T00-00-00Z-0123456789ab.dump", "older"); // of a Towpath that wrote nothing down
    write("2026-01-02T03-00-00Z-scheduled.dump", "whole");
    write("2026-01-02T03-00-00Z-scheduled.dump.json", JSON.stringify(facts));
    write("2026-01-03T03-00-00Z-scheduled.dump.part", "half");
    write("2026-01-03T03-00-00Z-scheduled.dump.json.part", "");
    write("2026-01-04T03-00-00Z-scheduled.dump.json", JSON.stringify(facts)); // killed before it had its name
    write("2026-01-05T03-00-00Z-scheduled.dump", "whole");
    write("2026-01-05T03-00-00Z-scheduled.dump.json", "{"); // what nobody can read
    write("schedule.json", "{}");
    mkdirSync(join(folder, "lost+found"));
    const listed = dumpsIn(folder, ["schedule.json"]);
    const [foreign, ...dumps] = listed;
    assert.equal(foreign?.file, "lost+found");
    assert.deepEqual(dumps, [
      { file: "2026-01-05T03-00-00Z-scheduled.dump", bytes: 5, taken: Date.parse("2026-01-05T03:00:00Z") },
      {
        file: "2026-01-02T03-00-00Z-scheduled.dump",
        bytes: 5,
        taken: Date.parse("2026-01-02T03:00:00Z"),
        facts,
      },
      { file: "2026-01-01T00-00-00Z-0123456789ab.dump", bytes: 5, taken: Date.parse("2026-01-01T00:00:00Z") },
    ]);
  });

  it("are removed with what was written down about them, and nothing else", () => {
    write("a.dump", "");
    write("a.dump.json", "");
    write("b.dump", "");
    remove(folder, [{ file: "a.dump", bytes: 0, taken: 0 }]);
    assert.deepEqual(readdirSync(folder), ["b.dump"]);
  });
});
