/** What people are told of backups. */
import assert from "node:assert/strict";
import {
  ageOf,
  backupConcern,
  externalBackups,
  newestInWords,
  onOneHost,
} from "../../../components/backup/concern.ts";
import type { State } from "../../../components/backup/program/scheduler.mjs";
import { askBackups } from "../../../components/backup/question.ts";

const now = new Date("2026-01-05T12:00:00Z");
const place = { stack: "production", host: "app1", container: "notes-production-backups", now };
const newestGood = {
  file: "2026-01-05T03-00-00Z-scheduled.dump",
  bytes: 10,
  taken: "2026-01-05T03:00:00.000Z",
  good: true,
};

function concernOf(change: Partial<State> = {}): string | undefined {
  const state: State = {
    schedule: "0 3 * * *",
    retentionDays: 30,
    next: "2026-01-06T03:00:00.000Z",
    running: false,
    newestGood,
    dumps: [newestGood],
    ...change,
  };
  return backupConcern(state, place);
}

describe("the concern about backups", () => {
  it("is none while the last one is good, also when one before it failed", () => {
    assert.equal(concernOf(), undefined);
    const lastFailure = { at: "2026-01-05T02:00:00.000Z", reason: "no", tries: 2 };
    assert.equal(concernOf({ lastFailure }), undefined);
  });

  it("is the last failure, with its reason and the age of the newest good one", () => {
    const lastFailure = {
      at: "2026-01-05T11:30:10.000Z",
      reason: "the host's disk is full: free some",
      tries: 1,
    };
    const more = "npx towpath backups --stack production shows them";
    assert.equal(
      concernOf({ lastFailure, newestGood: { ...newestGood, taken: "2026-01-02T03:00:00.000Z" } }),
      `backups: the last one failed at 2026-01-05 11:30 UTC, got "the host's disk is full: free some"; the newest good one is 3 days old, from 2026-01-02 03:00 UTC: ${more}`,
    );
    const { newestGood: _, ...none } = { newestGood, lastFailure: { ...lastFailure, tries: 3 } };
    const without: State = {
      schedule: "0 3 * * *",
      retentionDays: 30,
      next: undefined,
      running: false,
      dumps: [],
      ...none,
    };
    assert.equal(
      backupConcern(without, place),
      `backups: the last one failed, as 2 before it, at 2026-01-05 11:30 UTC, got "the host's disk is full: free some"; there is no good one: ${more}`,
    );
  });

  it("is a time that passed by without one, unless it is being taken", () => {
    const next = "2026-01-05T03:00:00.000Z";
    assert.equal(
      concernOf({ next, newestGood: { ...newestGood, taken: "2026-01-04T03:00:05.000Z" } }),
      "backups: none was taken at 2026-01-05 03:00 UTC; the newest good one is 32 h old, from 2026-01-04 03:00 UTC: npx towpath backups --stack production shows them",
    );
    assert.equal(concernOf({ next, running: true }), undefined);
    assert.equal(concernOf({ next: "2026-01-05T11:30:00.000Z" }), undefined);
  });

  it("is that nothing answers", () => {
    assert.equal(
      backupConcern(undefined, place),
      "backups: nothing answers on app1 that takes them, so none is taken; the next up starts it, and where it was there, docker logs notes-production-backups says why",
    );
  });

  it("is told apart from that they are on one host, which every plan says", () => {
    assert.equal(
      onOneHost(place),
      "backups: those of production are on app1 alone, beside the database, and go with its disk; copy them to another machine",
    );
  });

  it("is told of an external database, which no schedule reaches", () => {
    assert.equal(
      externalBackups("production"),
      "backups: the database of production is external, so towpath:backup.schedule dumps nothing; it is dumped before each migration and by npx towpath backup, and else whoever runs its server backs it up",
    );
  });

  it("names ages in whole units", () => {
    const ages = [0, 59, 60, 47 * 60, 48 * 60, 240 * 60].map((minutes) =>
      ageOf(new Date(now.getTime() - minutes * 60_000).toISOString(), now),
    );
    assert.deepEqual(ages, ["0 min", "59 min", "1 h", "47 h", "2 days", "10 days"]);
    assert.equal(newestInWords({}, now), "there is no good one");
  });

  it("is asked where the program runs, which may not answer", async () => {
    const asked: unknown[] = [];
    const run = (...call: readonly unknown[]): Promise<string> => {
      asked.push(...call);
      return Promise.resolve('{"running":false}');
    };
    assert.deepEqual(await askBackups({ run }, "backups"), { running: false });
    assert.deepEqual(asked, [
      "backups",
      ["node", "/tmp/program/host/program/ask.mjs", '{"operation":"state"}'],
    ]);
    assert.equal(await askBackups({ run: () => Promise.resolve(undefined) }, "backups"), undefined);
  });
});
