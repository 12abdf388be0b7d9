import assert from "node:assert/strict";
import { readDumps, type DrillSeen } from "../../../../cli/on-hosts/dumps.ts";
import {
  copiesOf,
  healthOf,
  jobProblems,
  sleeps,
  type CopyStatus,
} from "../../../../cli/on-hosts/environment.ts";
import { loadProblems, readLoad } from "../../../../cli/on-hosts/load.ts";
import { inTime, type SharedMachine } from "../../../../cli/on-hosts/machines.ts";
import { readStats } from "../../../../cli/on-hosts/usage.ts";
import {
  environmentInWords,
  problemsInWords,
  type ShownEnvironment,
} from "../../../../cli/on-hosts/words.ts";

const gibibyte = 1024 ** 3;

describe("what a host says", () => {
  it("is read: its load, nothing where a fact is missing", () => {
    const printed = "processors 2\nload 0.42\nmemory 8\nmemoryFree 4\ndisk 100\ndiskFree 50\n";
    assert.deepEqual(readLoad(printed), {
      ...{ processors: 2, load: 0.42, memoryBytes: 8192, memoryFreeBytes: 4096 },
      ...{ diskBytes: 102_400, diskFreeBytes: 51_200 },
    });
    assert.equal(readLoad(printed.replace("load 0.42", "load")), undefined);
  });

  it("is a problem where its room ends: by the size of the disk, and never below what a release needs", () => {
    const well = { processors: 1, load: 99, memoryBytes: 100, memoryFreeBytes: 6 };
    const isFull = (disk: number, free: number): boolean =>
      loadProblems("app1", { ...well, diskBytes: disk * gibibyte, diskFreeBytes: free * gibibyte }).length >
      0;
    assert.deepEqual(
      [isFull(2000, 6), isFull(2000, 4), isFull(20, 3), isFull(20, 1.5), isFull(5, 1.1), isFull(5, 0.9)],
      [false, true, false, true, false, true],
    );
  });

  it("is read: the last dump of each namespace", () => {
    const printed = [
      "10 /dumps/notes-production/2026-01-02T03-04-05Z-0123456789ab.dump",
      "30 /dumps/notes-production/2026-01-03T03-04-05Z-0123456789ab.dump",
      "20 /dumps/notes-production/2026-01-02T23-04-05Z-0123456789ab.dump",
      "5 /dumps/notes-production/other.dump",
    ];
    assert.deepEqual(
      [...readDumps(printed.join("\n"))],
      [
        [
          "notes-production",
          { file: "2026-01-03T03-04-05Z-0123456789ab.dump", at: "2026-01-03T03:04:05Z", bytes: 30 },
        ],
      ],
    );
  });

  it("is read: which dump was proven last, and whether one failed since", () => {
    const at = Date.parse("2026-01-03T03:05:00Z");
    const proven = { ...{ at, taken: at, file: "a.dump" }, ...{ seconds: 4, rows: 120, tables: 3 } };
    const failure = { at: at + 3600_000, reason: "it failed", tries: 1 };
    const seen = (record: string) =>
      readDumps(`30 /dumps/n/2026-01-03T03-04-05Z-scheduled.dump\n/dumps/n/drill.json ${record}`).get("n")
        ?.drill;
    const known = { at: "2026-01-03T03:05:00.000Z", file: "a.dump", seconds: 4, rows: 120 };
    assert.deepEqual(seen(JSON.stringify({ since: at, proven })), { proven: known });
    assert.deepEqual(seen(JSON.stringify({ since: at, proven, failure })), {
      proven: known,
      failedAt: "2026-01-03T04:05:00.000Z",
    });
    assert.deepEqual([seen(JSON.stringify({ since: at })), seen('{"since"')], [undefined, undefined]);
    assert.equal(readDumps(`/dumps/n/drill.json ${JSON.stringify({ proven })}`).size, 0);
  });

  it("is shown: the last dump, which was proven, and that one failed since", () => {
    const dump = { file: "a.dump", at: "2026-01-03T03:04:05Z", bytes: 2 * 1024 ** 2 };
    const proven = { at: "2026-01-03T03:05:00.000Z", file: "a.dump", seconds: 4, rows: 120 };
    const lines = (drill: DrillSeen | undefined): string[] => {
      const status: ShownEnvironment = {
        ...{ environment: "production", namespace: "notes-production", health: "healthy", address: null },
        ...{ released: null, copies: [], hosts: [], answer: null, certificateUntil: null, run: null },
        ...{
          route: null,
          problems: [],
          jobs: [],
          backup: { ...dump, ...(drill !== undefined && { drill }) },
        },
      };
      const shown = environmentInWords(status, Date.parse("2026-01-03T12:05:00Z")).split("\n");
      return shown.filter((line) => /^(?:backup|proven) /.test(line)).map((line) => line.replace(/ +/g, " "));
    };
    const backup = "backup 2026-01-03 03:04, 9 h ago, 2 MiB";
    assert.deepEqual(lines(undefined), [backup]);
    const words = "proven 2026-01-03 03:05, 9 h ago, 120 rows in 4 s";
    assert.deepEqual(lines({ proven }), [backup, words]);
    assert.deepEqual(lines({ proven, failedAt: "2026-01-03T02:05:00.000Z" }), [backup, words]);
    const failedAt = "2026-01-03T11:05:00.000Z";
    assert.deepEqual(lines({ proven, failedAt }), [backup, `${words}; the restore 1 h ago failed`]);
    assert.deepEqual(lines({ failedAt }), [backup, "proven none yet; the restore 1 h ago failed"]);
  });

  it("is read: what containers take, in all units, without those that have just ended", () => {
    const printed = ["a\t0.00%\t512B / 1GiB\t1", "b\t12.5%\t1.5KiB / 1GiB\t2", "c\t--\t-- / --\t--"].join(
      "\n",
    );
    assert.deepEqual(
      [...readStats(printed)],
      [
        ["a", { processors: 0, memoryBytes: 512, processes: 1 }],
        ["b", { processors: 0.125, memoryBytes: 1536, processes: 2 }],
      ],
    );
  });

  it("has to come in time", async () => {
    const machine = { address: "deploy@10.0.0.1", places: [{ stack: "staging", host: "app1" }] };
    await assert.rejects(inTime(machine as unknown as SharedMachine, new Promise(() => undefined), 5), {
      name: "Problem",
      message:
        "towpath:hosts.app1: has to answer within 0.005 s, got nothing; see whether it is busy or its line is slow, and run the command again",
    });
  });

  it("is said once where several environments have it in common", () => {
    assert.deepEqual(
      problemsInWords([
        { environment: "production", problems: ["app1: full", "api: gone"] },
        { environment: "staging", problems: ["app1: full"] },
        { environment: "local" },
      ]),
      ["production, staging: app1: full", "production: api: gone"],
    );
  });
});

describe("the copies of an environment on hosts", () => {
  const copy = (state: string, more: Partial<CopyStatus> = {}): CopyStatus => ({
    ...{ part: "api", name: "notes-api", host: "app1", state, health: null },
    ...{ restarts: 0, since: null, release: "r1", known: true },
    ...more,
  });

  it("are asleep where a preview's were all stopped, and ended elsewhere", () => {
    const stopped = [copy("exited"), copy("exited", { part: "postgres", release: null })];
    assert.equal(sleeps("pr-12", stopped), true);
    assert.equal(healthOf("pr-12", stopped), "asleep");
    assert.equal(healthOf("staging", stopped), "2 of 2 ill");
    assert.equal(sleeps("pr-12", [...stopped, copy("running")]), false);
  });

  it("have a health in few words", () => {
    assert.equal(healthOf("staging", []), "gone");
    assert.equal(healthOf("staging", [copy("running"), copy("running", { health: "healthy" })]), "healthy");
    assert.equal(healthOf("staging", [copy("running", { health: "starting" })]), "starting");
    assert.equal(healthOf("staging", [copy("running"), copy("exited")]), "api exited");
    assert.equal(healthOf("staging", [copy("running", { health: "unhealthy" })]), "api unhealthy");
  });

  it("have a problem for each job whose last run failed, while what runs jobs is there", () => {
    const name = "notes-scheduled-jobs";
    const labels = [{ label: "towpath.part", value: "scheduled-jobs" }];
    const type = "docker:index/container:Container";
    const resources = [{ urn: "u", type, id: "1", outputs: { name, labels } }];
    const run = { due: "2026-01-05T03:00:00Z", at: "2026-01-05T03:00:00Z", result: "failed" as const };
    const states = [
      {
        job: "cleanup",
        schedule: "0 3 * * *",
        runs: [{ ...run, problem: "ended with exit code 3", log: [] }],
      },
    ];
    const problems = (jobs: ReadonlyMap<string, typeof states>, state = "running"): string[] => {
      const sight = { containers: [], sites: new Map(), dumps: new Map(), backups: new Map(), jobs };
      const deployment = { resources, pending_operations: [] };
      const of = { stack: "staging", namespace: "notes", deployment, hosts: { app1: sight } };
      const program = copy(state, { part: "scheduled-jobs", host: "app1", known: true });
      return jobProblems(of, [program], new Date("2026-01-05T12:00:00Z"));
    };
    assert.deepEqual(problems(new Map([["notes", states]])), [
      'jobs.cleanup: the run of 2026-01-05 03:00 UTC failed, got "ended with exit code 3"; npx towpath job list --stack staging shows its last runs',
    ]);
    assert.match(problems(new Map())[0] ?? "", /^jobs: nothing answers on app1 that runs them/);
    // That it does not run is a problem of its own.
    assert.deepEqual(problems(new Map(), "exited"), []);
  });

  it("are not missed on a host that is away", () => {
    const resource = {
      urn: "u",
      type: "docker:index/container:Container",
      id: "1",
      outputs: { name: "notes-api" },
    };
    const deployment = { resources: [resource], pending_operations: [] };
    const of = { stack: "staging", namespace: "notes", deployment };
    assert.deepEqual(copiesOf({ ...of, hosts: { app1: "it is away" } }), []);
    const none = new Map<string, never>();
    const sight = { containers: [], sites: none, dumps: none, jobs: none, backups: none };
    assert.deepEqual(
      copiesOf({ ...of, hosts: { app1: sight } }).map(({ name, state }) => [name, state]),
      [["notes-api", "gone"]],
    );
  });
});
