/** What is said of a dump that did not come about. That the scripts dump is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { dumpName, failureOf, takenIn } from "../../../components/backup/program/dump.mjs";

const dump = { database: "notes", volume: "notes-production-backups", file: "a.dump" };

describe("a dump", () => {
  it("is named by its time and by what it is for, and prints its facts last (003-151)", () => {
    assert.equal(
      dumpName(Date.parse("2026-01-02T03:04:05.678Z"), "scheduled"),
      "2026-01-02T03-04-05Z-scheduled.dump",
    );
    assert.deepEqual(takenIn("pg_dump: warning: something\nsum 4096 17\n"), {
      sha256: "sum",
      bytes: 4096,
      entries: 17,
    });
  });

  it("that waited in vain for the lock says who has it", () => {
    const said = '900 s for "towpath by somebody" since 2026-01-02 03:00:00 UTC (process 7 of the server)\n';
    assert.deepEqual(failureOf({ exitCode: 75, said, limited: undefined }, dump), {
      problem:
        'another migration or backup holds the lock of the database "notes", waited 900 s for "towpath by somebody" since 2026-01-02 03:00:00 UTC (process 7 of the server)',
      remedy: "see what it does",
      full: false,
    });
  });

  it("that finds no room, is ended by its limits, or by the server says so", () => {
    assert.deepEqual(
      failureOf({ exitCode: 1, said: "pg_dump: error: No space left on device", limited: undefined }, dump),
      {
        problem: "the host's disk is full, got no room for a.dump in the volume notes-production-backups",
        remedy: "free some on the host, or remove old dumps from that volume",
        full: true,
      },
    );
    const limited = { how: "needed more memory than its limit of 1 GiB", remedy: "give it more" };
    assert.deepEqual(failureOf({ exitCode: 137, said: "", limited }, dump), {
      problem: 'the dump of the database "notes" needed more memory than its limit of 1 GiB',
      remedy: "give it more",
      full: false,
    });
    assert.deepEqual(
      failureOf({ exitCode: 2, said: "psql: error: one\n  two\n", limited: undefined }, dump),
      {
        problem: 'the database "notes" could not be dumped, got "psql: error: one; two"',
        remedy: "mend that",
        full: false,
      },
    );
  });
});
