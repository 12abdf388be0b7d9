/** The list of backups from the command line. That they are taken is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { backups, backupsInWords, type Backups } from "../../../../cli/commands/backups.ts";
import * as good from "../../settings/good.ts";
import { FakeMachine } from "../fake-machine.ts";
import { PlayedHost } from "../played-host.ts";
import { recordedProgress } from "../quiet.ts";

const facts = { due: "", sha256: "9f86d081884c7d659a2feaa0", bytes: 4096, entries: 17 };
const [newest, broken, foreign] = [
  {
    ...{
      file: "2026-01-05T03-00-00Z-scheduled.dump",
      bytes: 4096,
      taken: "2026-01-05T03:00:00.000Z",
      good: true,
    },
    facts: { ...facts, why: "schedule" as const },
  },
  {
    ...{
      file: "2026-01-02T10-00-00Z-0123456789ab.dump",
      bytes: 12,
      taken: "2026-01-02T10:00:00.000Z",
      good: false,
    },
    facts: { ...facts, why: "release" as const },
  },
  { file: "everything.sql", bytes: 5, taken: "2026-01-01T10:00:00.000Z", good: false },
];
const state = {
  schedule: "0 3 * * *",
  retentionDays: 30,
  next: "2100-01-06T03:00:00.000Z",
  running: false,
  lastSuccess: newest.taken,
  newestGood: newest,
  dumps: [newest, broken, foreign],
};

describe("the list of a stack's backups", function () {
  // Real programs are started: a busy machine takes its time.
  this.timeout(30_000);

  const folder = process.cwd();
  const progress = recordedProgress();
  let machine: FakeMachine;
  let host: PlayedHost;

  beforeEach(async () => {
    machine = new FakeMachine();
    machine.write(".towpath/passphrase", "secret\n");
    host = await PlayedHost.start(machine);
    const { domain, limits, promoteFrom, backup } = good.production;
    const app1 = { address: "10.0.0.1", user: "deploy", hostKey: good.hostKey, key: { source: "agent" } };
    const registry = { address: "ghcr.io", repository: "octocat/notes" };
    const settings = { domain, limits, promoteFrom, backup, registry, hosts: { app1 } };
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`towpath:${key}`, value]),
    );
    machine.write("Pulumi.production.yaml", stringify({ config }));
    // The same engine, as production's stack reaches it.
    const socket = join(machine.root, ".towpath/ssh/notes-production/app1.sock");
    mkdirSync(dirname(socket), { recursive: true });
    symlinkSync(join(machine.root, host.socket), socket);
  });
  afterEach(async () => {
    process.chdir(folder);
    await host.stop();
    machine.remove();
  });

  /** Plays what the program on the host answers. */
  function answering(line: string): void {
    machine.program(
      join(machine.root, "bin", "docker"),
      `case "$*" in
        exec*notes-production-backups*'"operation":"state"'*) ${line} ;;
        version*) echo "24.0.0 1.43" ;;
      esac`,
    );
  }
  const listing = (stack = "production", project = machine.project): Promise<Backups> =>
    backups({ stack, drill: false }, progress, project);
  const drilling = (): Promise<Backups> =>
    backups({ stack: "production", drill: true }, progress, machine.project);

  /** Plays a program that restores a dump when it is asked, and says what became of it from then on. */
  function restoring(outcome: object): void {
    const begun = { since: "2026-01-01T00:00:00.000Z", running: false };
    const [before, after] = [begun, { ...begun, ...outcome }].map((drill) =>
      JSON.stringify({ ...state, drill }),
    );
    machine.program(
      join(machine.root, "bin", "docker"),
      `asked=${JSON.stringify(join(machine.root, "asked"))}
      case "$*" in
        exec*notes-production-backups*'"operation":"drill"'*) : >"$asked"; echo '${before}' ;;
        exec*notes-production-backups*'"operation":"state"'*) if [ -e "$asked" ]; then echo '${after}'; else echo '${before}'; fi ;;
        version*) echo "24.0.0 1.43" ;;
      esac`,
    );
  }

  it("is what the program on the host knows, in a table", async () => {
    answering(`echo '${JSON.stringify(state)}'`);
    const found = await listing();
    const place = { stack: "production", host: "app1", volume: "notes-production-backups" };
    assert.deepEqual(found, { ...place, ...state });
    assert.equal(
      backupsInWords(found, new Date("2026-01-05T12:00:00Z")),
      [
        'production: "0 3 * * *" in UTC, kept for 30 days in the volume notes-production-backups of app1',
        "last by the schedule: 2026-01-05 03:00 UTC; next: 2100-01-06 03:00 UTC",
        "file                                    age     bytes  taken               sha256",
        "2026-01-05T03-00-00Z-scheduled.dump     9 h     4096   by the schedule     9f86d081884c  newest good",
        "2026-01-02T10-00-00Z-0123456789ab.dump  3 days  12     before a migration  9f86d081884c  broken",
        "everything.sql                          4 days  5      not known           -",
      ].join("\n"),
    );
  });

  it("says what is wrong, that one is being taken, and that there is none", async () => {
    const lastFailure = { at: "2026-01-05T11:30:10.000Z", reason: "the disk is full", tries: 1 };
    const { newestGood: _, lastSuccess: __, ...none } = { ...state, dumps: [], lastFailure, running: true };
    answering(`echo '${JSON.stringify(none)}'`);
    assert.equal(
      backupsInWords(await listing()),
      [
        'production: "0 3 * * *" in UTC, kept for 30 days in the volume notes-production-backups of app1',
        "last by the schedule: none yet; next: one is being taken",
        'backups: the last one failed at 2026-01-05 11:30 UTC, got "the disk is full"; there is no good one: npx towpath backups --stack production shows them',
        "there is no backup yet",
      ].join("\n"),
    );
  });

  const proven = {
    ...{ at: "2026-01-05T03:01:00.000Z", taken: newest.taken, file: newest.file },
    ...{ seconds: 4, tables: 3, rows: 120 },
  };
  const failed = {
    ...{ at: "2026-01-05T11:00:00.000Z", file: newest.file, tries: 1 },
    reason: `${newest.file} is damaged, got 12 bytes instead of 4096: take another with npx towpath backup`,
  };

  it("says which was proven last, and what failed", async () => {
    restoring({ lastProven: proven });
    const found = await drilling();
    assert.deepEqual([found.drill?.lastProven, found.unproven], [proven, undefined]);
    const lines = (one: Backups): string[] =>
      backupsInWords(one, new Date("2026-01-05T12:00:00Z")).split("\n").slice(2, 4);
    const words =
      "the last proven one is 2026-01-05T03-00-00Z-scheduled.dump, restored 8 h ago in 4 s, with its 120 rows in 3 tables";
    assert.equal(lines(found)[0], words);
    const drill = { ...{ since: proven.at, running: false }, lastProven: proven, lastFailure: failed };
    answering(`echo '${JSON.stringify({ ...state, drill })}'`);
    const [line, unproven = ""] = lines(await listing());
    assert.equal(line, `${words}; the last that failed: 2026-01-05 11:00 UTC`);
    assert.match(
      unproven,
      /^backups: the last restore that was to prove them failed at 2026-01-05 11:00 UTC/,
    );
  });

  it("proves the newest one at once, and fails when that does", async () => {
    restoring({ lastFailure: failed });
    await assert.rejects(drilling(), {
      name: "Problem",
      message: `backups: the restore on app1 failed, got "${failed.reason}"; none was ever proven: mend it and run the command again`,
    });
    answering(`echo '${JSON.stringify(state)}'`);
    await assert.rejects(drilling(), {
      name: "Problem",
      message:
        "backups: expected a program on app1 that restores dumps, got one of an earlier version; the next up of production brings it",
    });
    answering(`echo "No such container" >&2; exit 1`);
    await assert.rejects(drilling(), {
      name: "Problem",
      message:
        "backups: the program that restores them was asked on app1, got no answer; see why there with docker logs notes-production-backups",
    });
  });

  it("says which are in a storage elsewhere, how old its newest copy is, and that the last failed", async () => {
    const repository = "s3:https://s3.example.com/acme-backups/notes-production";
    const copied = { snapshot: "43c3cc21", at: "2026-01-02T10:05:00.000Z", dumps: [broken.file] };
    const lastFailure = { at: "2026-01-05T03:05:00.000Z", reason: "no route to host", tries: 1 };
    const storage = { repository, running: true, newest: copied, lastFailure };
    answering(`echo '${JSON.stringify({ ...state, dumps: [newest, broken], storage })}'`);
    const found = await listing();
    assert.deepEqual(found.storage, storage);
    const [, , copies, concern, , ...rows] = backupsInWords(found, new Date("2026-01-05T12:00:00Z")).split(
      "\n",
    );
    assert.equal(
      copies,
      `copied to ${repository}: the newest copy is 3 days old, from 2026-01-02 10:05 UTC, snapshot 43c3cc21; one is being made`,
    );
    assert.match(
      concern ?? "",
      /^backups: the last copy to \S+ failed at 2026-01-05 03:05 UTC, got "no route to host"; /,
    );
    assert.deepEqual(rows, [
      "2026-01-05T03-00-00Z-scheduled.dump     9 h     4096   by the schedule     9f86d081884c  newest good  here alone",
      "2026-01-02T10-00-00Z-0123456789ab.dump  3 days  12     before a migration  9f86d081884c  broken       in the storage",
    ]);
  });

  it("is refused when nothing answers on the host", async () => {
    answering(`echo "No such container" >&2; exit 1`);
    await assert.rejects(listing(), {
      name: "Problem",
      message:
        "backups: the program that takes them was asked on app1, got no answer; see why there with docker logs notes-production-backups, and what there is in the volume notes-production-backups",
    });
  });

  it("is refused for a stack without a schedule, or without a database", async () => {
    await assert.rejects(listing("staging"), {
      name: "Problem",
      message: '--stack: expected a stack whose settings have towpath:backup, got "staging"; take production',
    });
    const { web } = machine.project.application.services;
    assert.ok(web !== undefined);
    const application = {
      name: "notes",
      images: machine.project.application.images,
      services: { web: { ...web, needs: [] }, api: { image: "api" } },
    };
    await assert.rejects(listing("production", { ...machine.project, application }), {
      name: "Problem",
      message:
        "backups: expected an application with a database, got notes without postgres; describe one in application.ts and release it first",
    });
    const text = readFileSync(join(machine.root, "Pulumi.production.yaml"), "utf8");
    machine.write(
      "Pulumi.production.yaml",
      `${text}  towpath:postgres: { external: { url: DATABASE_URL } }\n`,
    );
    await assert.rejects(listing(), {
      name: "Problem",
      message:
        '--stack: expected a stack with a database of Towpath\'s own, got "production", whose database is external; see the backups of its server, or dump it with npx towpath backup --stack production',
    });
  });
});
