/** A restore of a stack's database from the command line. That rows come back is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { restore, restoredInWords, type Restored } from "../../../../cli/commands/restore.ts";
import type { RestoreRequest } from "../../../../cli/commands/restore-request.ts";
import type { FoundDump, LookReceipt, PutReceipt } from "../../../../components/contract/restore.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";
import { external } from "./external-settings.ts";

const whole: FoundDump = {
  file: "2026-01-02T03-04-05Z-scheduled.dump",
  bytes: 4096,
  facts: { why: "schedule", sha256: "9f86d081", bytes: 4096 },
};
const cut: FoundDump = { ...whole, file: "2026-01-03T03-04-05Z-scheduled.dump", bytes: 17 };
const foreign: FoundDump = { file: "by-somebody.dump", bytes: 9 };

const put: PutReceipt = {
  file: whole.file,
  sha256: "9f86d081",
  kept: "notes_staging_before_restore",
  before: { tables: 5, rows: 1200, bytes: 8060264 },
  after: { tables: 5, rows: 1000, bytes: 8060263 },
  cutSeconds: 0.3,
  seconds: 4.5,
};

describe("a restore of a stack on its host", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    machine.write("setup/bootstrap.mjs", "");
    host = await PlayedHost.start(machine, { migration: { lockWaitSeconds: 5 } });
    machine.pulumi("stack", [{ releases: [] }]);
    progress.lines.length = 0;
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** The step answers a look with this, and all else with what is done then. */
  function finds(look: LookReceipt, done: object = put): void {
    machine.step(
      `console.log(JSON.stringify(input.operation === "look" ? ${JSON.stringify(look)} : ${JSON.stringify(done)}));`,
    );
  }

  function restoring(request: Partial<RestoreRequest> = {}): Promise<Restored> {
    return restore({ stack: "staging", yes: true, ask: undefined, ...request }, progress, machine.project);
  }

  function refuses(request: Partial<RestoreRequest>, message: string): Promise<void> {
    return assert.rejects(restoring(request), { name: "Problem", message });
  }

  it("takes the newest whole dump, says what it does, and runs the program on the host", async () => {
    finds({ dumps: [foreign, cut, whole] });
    const done = await restoring();
    assert.deepEqual(done, { stack: "staging", host: "app1", done: "restored", ...put });
    assert.deepEqual(machine.stepTold, {
      program: "restore",
      host: ".towpath/ssh/notes-staging/app1",
      input: {
        operation: "put",
        file: whole.file,
        bytes: 4096,
        stack: "staging",
        container: "notes-staging-postgres",
        administrator: "notes_staging",
        database: "notes_staging",
        volume: "notes-staging-backups",
        labels: {
          "towpath.project": "notes",
          "towpath.environment": "staging",
          "towpath.namespace": "notes-staging",
          "towpath.part": "migration",
        },
        waitSeconds: 5,
      },
    });
    const said = progress.lines.find((line) => line.includes("takes the place")) ?? "";
    assert.equal(
      said.replace(/taken .* ago/, "taken <age> ago"),
      "staging: 2026-01-02T03-04-05Z-scheduled.dump, taken <age> ago by the schedule, 4096 bytes, takes the place of the database notes_staging\n" +
        "  What was written since 2026-01-02 03:04 UTC is away then. It stays in the database notes_staging_before_restore beside it, which takes as much of the disk, until you let it go.\n" +
        "  It is restored beside the database while users are served. When it is whole, connections are cut, and requests under way may fail.\n" +
        "  Redis, buckets and volumes stay as they are.",
    );
    assert.equal(
      restoredInWords(done),
      "staging: 2026-01-02T03-04-05Z-scheduled.dump is in place on app1, after 4.5 s; connections were cut for 0.3 s\n" +
        "  now about 1000 rows in 5 tables, 8060263 bytes; before about 1200 rows in 5 tables, 8060264 bytes, kept as notes_staging_before_restore\n" +
        "  try it with npx towpath smoke --stack staging, go back with npx towpath restore --back --stack staging, and free the disk with npx towpath restore --let-go --stack staging",
    );
  });

  it("takes a dump that is named, also one of somebody else's", async () => {
    finds({ dumps: [foreign, whole] });
    await restoring({ dump: foreign.file });
    assert.equal((machine.stepTold as { input: { file: string } }).input.file, foreign.file);
    const said = progress.lines.find((line) => line.includes("takes the place")) ?? "";
    assert.match(
      said,
      /^staging: by-somebody\.dump, of somebody else's making, 9 bytes, takes .*\n {2}What is not in it is away then\./,
    );
  });

  it("does nothing until it is agreed to", async () => {
    finds({ dumps: [whole] });
    const asked: string[] = [];
    const no = (question: string): Promise<boolean> => {
      asked.push(question);
      return Promise.resolve(false);
    };
    await refuses({ yes: false, ask: no }, "nothing was changed");
    assert.deepEqual(asked, ["Restore staging from 2026-01-02T03-04-05Z-scheduled.dump?"]);
    await refuses(
      { yes: false },
      `restore: changes users' data and has to be agreed to, got no terminal to ask on; use "npx towpath restore 2026-01-02T03-04-05Z-scheduled.dump --stack staging --yes"`,
    );
    assert.equal((machine.stepTold as { input: { operation: string } }).input.operation, "look");
  });

  it("refuses a dump that is not there, or none that is whole, before anything is touched", async () => {
    finds({ dumps: [cut, foreign] });
    await refuses(
      {},
      "restore: expected a dump in the volume notes-staging-backups, got none that is whole among 2026-01-03T03-04-05Z-scheduled.dump, by-somebody.dump; take one with npx towpath backup --stack staging, or name the one to restore",
    );
    await refuses(
      { dump: "other.dump" },
      'restore: expected a dump in the volume notes-staging-backups, got "other.dump"; there are 2026-01-03T03-04-05Z-scheduled.dump, by-somebody.dump: name one of them, or take one with npx towpath backup --stack staging',
    );
    finds({ dumps: [] });
    await refuses(
      {},
      "restore: expected a dump in the volume notes-staging-backups, got none; take one with npx towpath backup --stack staging, or name the one to restore",
    );
    await refuses(
      { dump: "other.dump" },
      'restore: expected a dump in the volume notes-staging-backups, got "other.dump"; there is none: name one of them, or take one with npx towpath backup --stack staging',
    );
  });

  it("goes back to the database from before, or lets it go", async () => {
    const kept = "notes_staging_before_restore";
    finds({ dumps: [], kept }, { kept, seconds: 0.4 });
    const back = await restoring({ back: true });
    assert.equal((machine.stepTold as { input: { operation: string } }).input.operation, "back");
    assert.equal(
      restoredInWords(back),
      "staging: the database from before the restore is in place again on app1; what was restored is kept as notes_staging_before_restore until npx towpath restore --let-go --stack staging",
    );
    const gone = await restoring({ letGo: true });
    assert.equal((machine.stepTold as { input: { operation: string } }).input.operation, "let go");
    assert.equal(restoredInWords(gone), "staging: dropped notes_staging_before_restore on app1");
    assert.deepEqual(
      progress.lines.filter((line) => line.startsWith("staging: ")),
      [
        "staging: the database from before the restore takes the place of notes_staging again, which is kept as notes_staging_before_restore in turn\n" +
          "  What was written since the restore is away then. Connections are cut, and requests under way may fail.",
        "staging: the database notes_staging_before_restore, which is kept beside the one in place, is dropped for good",
      ],
    );
    await refuses(
      { letGo: true, yes: false },
      `restore: changes users' data and has to be agreed to, got no terminal to ask on; use "npx towpath restore --let-go --stack staging --yes"`,
    );
    finds({ dumps: [] });
    await refuses(
      { back: true },
      "restore: expected a database from before a restore, got no notes_staging_before_restore; restore a dump first with npx towpath restore --stack staging",
    );
  });

  it("tries a dump without a question, and reports what it has", async () => {
    const { kept: _, cutSeconds: __, ...tried } = put;
    finds({ dumps: [whole] }, { ...tried, otherLines: 0 });
    const done = await restoring({ try: true, yes: false });
    assert.equal((machine.stepTold as { input: { operation: string } }).input.operation, "try");
    assert.equal(
      restoredInWords(done),
      "staging: 2026-01-02T03-04-05Z-scheduled.dump can be restored on app1, and is of the schema that runs: it was, in 4.5 s, and dropped again\n" +
        "  it has about 1000 rows in 5 tables, 8060263 bytes; the database has about 1200 rows in 5 tables, 8060264 bytes",
    );
    finds({ dumps: [whole] }, { ...tried, otherLines: 3 });
    const other = restoredInWords(await restoring({ try: true, dump: whole.file }));
    assert.match(other, /and is of another schema than runs, in 3 lines: it was/);
  });

  it("takes one thing at a time", async () => {
    await refuses(
      { dump: "a.dump", try: true, letGo: true },
      "restore: expected a dump, --back or --let-go, got --try and --let-go; take one of them",
    );
    await refuses(
      { dump: "a.dump", back: true, letGo: true },
      "restore: expected a dump, --back or --let-go, got a.dump and --back and --let-go; take one of them",
    );
  });

  it("leaves a server of somebody else's alone", async () => {
    machine.write(
      "Pulumi.staging.yaml",
      external(readFileSync(join(machine.root, "Pulumi.staging.yaml"), "utf8")),
    );
    await refuses(
      {},
      `--stack: expected a stack with a database of Towpath's own, got "staging", whose database is external; restore it as its provider says`,
    );
  });

  it("shows why its program failed, or that nobody knows what became of it", async () => {
    machine.step(`console.log("restore: the host's disk is full"); process.exitCode = 1;`);
    await refuses({}, "restore: the host's disk is full");
    machine.step(`process.kill(process.pid, "SIGKILL");`);
    await refuses(
      {},
      "restore: the program that restores the database of staging was ended, got no word of it; the database is either as it was or restored: see which with npx towpath restore --back --stack staging, which asks before it does anything",
    );
  });
});
