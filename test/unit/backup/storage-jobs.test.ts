/** What somebody asks of a storage, one thing at a time, and which dumps are in it. */
import assert from "node:assert/strict";
import type { Wanted } from "../../../components/backup/program/copier.mjs";
import { bringingScript, storedIn, type Stored } from "../../../components/backup/program/restic.mjs";
import { StorageJobs, type Job } from "../../../components/backup/program/storage-jobs.mjs";
import { until } from "../../support/until.ts";

const stored: readonly Stored[] = [
  { file: "2026-01-02T02-00-00Z-scheduled.dump", bytes: 6, snapshot: "590a70d3" },
];
const wanted = { snapshot: "590a70d3", file: "one.dump", volumes: false, overwrite: false };

function ended(jobs: StorageJobs): Promise<Job> {
  return until("its end", 5, () =>
    Promise.resolve(jobs.state()?.running === false ? jobs.state() : undefined),
  );
}

describe("what is asked of a storage", () => {
  it("is told of while it goes on and when it is done, and nothing is begun beside it", async () => {
    const asked: Wanted[] = [];
    let finish = (): void => undefined;
    const jobs = new StorageJobs({
      stored: () => Promise.resolve(stored),
      bring: (one) => {
        asked.push(one);
        return new Promise((resolve) => {
          finish = () => {
            resolve(undefined);
          };
        });
      },
    });
    assert.equal(jobs.state(), undefined);
    jobs.ask({ operation: "bring", id: "a", wanted });
    jobs.ask({ operation: "stored", id: "b" });
    assert.deepEqual(jobs.state(), { id: "a", running: true });
    finish();
    assert.deepEqual(await ended(jobs), { id: "a", running: false });
    assert.deepEqual(asked, [wanted]);
    jobs.ask({ operation: "stored", id: "b" });
    assert.deepEqual(await ended(jobs), { id: "b", running: false, stored });
  });

  it("is told of when it fails", async () => {
    const jobs = new StorageJobs({
      stored: () => Promise.resolve({ problem: "no route to host" }),
      bring: () => Promise.reject(new Error("no engine")),
    });
    jobs.ask({ operation: "stored", id: "a" });
    assert.deepEqual(await ended(jobs), { id: "a", running: false, problem: "no route to host" });
    jobs.ask({ operation: "bring", id: "b", wanted });
    assert.deepEqual(await ended(jobs), { id: "b", running: false, problem: "no engine" });
  });
});

describe("dumps in a storage", () => {
  it("are each in the copy that was made for them, the newest first", () => {
    const match = (file: string, size: number) => ({ path: `/backups/${file}`, size, type: "file" });
    const [old, young] = ["2026-01-01T02-00-00Z-scheduled.dump", "2026-01-02T02-00-00Z-scheduled.dump"];
    const found = [
      { matches: [match(old, 5), match(young, 6)], hits: 2, snapshot: "590a70d3a32eac8d" },
      { matches: [match(old, 5)], hits: 1, snapshot: "e628eccaad8d3940" },
    ];
    assert.deepEqual(storedIn(`${JSON.stringify(found)}\r\n`), [
      { file: young, bytes: 6, snapshot: "590a70d3" },
      { file: old, bytes: 5, snapshot: "e628ecca" },
    ]);
    assert.deepEqual(storedIn(""), []);
  });

  it("have their name only when they are whole", () => {
    assert.match(bringingScript, /mv "\$dump\.part" "\$dump"/);
  });
});
