import assert from "node:assert/strict";
import type { Backups } from "../../../cli/commands/backups.ts";
import type { Content } from "../../../components/backup/program/content.mjs";
import type { State } from "../../../components/backup/program/scheduler.mjs";
import { backupsCommand } from "../../../components/backup/question.ts";
import { commandsOf } from "../../support/docs.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import type { Ended } from "../../support/project.ts";
import { until } from "../../support/until.ts";
import { sampled } from "../../support/quick.ts";

const server = "notes-production-postgres";
const container = "notes-production-backups";
const dump = "notes-production-backups-dump";
const drill = "notes-production-backups-drill";

/** The tests of production's scheduled backups, which has released something. */
export function scheduledBackups(released: () => ReleasedProject): void {
  const host = () => released().host("production");

  /** Asks the program that takes them, without a word to the command line. */
  async function ask(operation: "state" | "run" | "drill" = "state"): Promise<State> {
    const answer = await host().docker("exec", container, ...backupsCommand(operation));
    return JSON.parse(answer.join("\n")) as State;
  }

  /** Returns what a script prints in the volume. */
  async function inVolume(script: string): Promise<string> {
    const [image = ""] = await host().docker("inspect", "--format", "{{.Image}}", server);
    const beside = ["run", "--rm", "--volume", `${container}:/backups`, "--workdir", "/backups", image];
    return (await host().docker(...beside, "sh", "-ec", script)).join("\n");
  }

  /** Waits for a good dump that is newer than another. */
  function newer(than: State, seconds = 100): Promise<State> {
    return until("a newer backup", seconds, async () => {
      const state = await ask();
      return (state.newestGood?.taken ?? "") > (than.newestGood?.taken ?? "") ? state : undefined;
    });
  }

  /** Takes one now, which has to succeed. */
  async function takeOne(): Promise<State> {
    return newer(await ask("run"));
  }

  /** Holds what a dump waits for, until the server is restarted. */
  async function block(): Promise<void> {
    const sql = "BEGIN; LOCK TABLE notes; SELECT pg_sleep(600)";
    const psql = ["psql", "--username", "notes_production", "--command", sql];
    await host().docker("exec", "--detach", "--env", "PGAPPNAME=block", server, ...psql);
    const held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted";
    await until("the lock", 20, async () => (await released().sql("production", held)) !== "0" || undefined);
  }

  /** Waits until a dump is being taken. */
  async function isDumping(): Promise<void> {
    await until("a dump under way", 100, async () => {
      const parts = await inVolume("ls *.part 2>/dev/null || true");
      return parts === "" ? undefined : parts;
    });
  }

  async function listed(): Promise<Backups> {
    const [command = ""] = commandsOf("data.md").filter((one) => one.includes(" backups --stack"));
    const { code, stdout, stderr } = await released().run([
      ...command.replace("npx towpath ", "").split(" "),
      "--json",
    ]);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Backups;
  }

  /** Has the newest dump restored to prove it. */
  async function proven(): Promise<Ended> {
    const [command = ""] = commandsOf("data.md").filter((one) => one.includes(" backups --drill "));
    return released().run([...command.replace("npx towpath ", "").split(" "), "--json"]);
  }

  /** Turns one byte of a dump round; done twice, the dump is as it was. */
  async function turnByte(file: string): Promise<void> {
    await inVolume(
      `byte=$(od -An -j 2000 -N 1 -tu1 ${file}); printf "\\\\$(printf %o $((255 - byte)))" | dd of=${file} bs=1 seek=2000 conv=notrunc status=none`,
    );
  }

  /** The volumes that no container has. */
  function unusedVolumes(): Promise<string[]> {
    return host().docker("volume", "ls", "--quiet", "--filter", "dangling=true");
  }

  /** What restores of dumps leave on the host. */
  async function leftovers(): Promise<string[]> {
    const containers = await host().docker("ps", "--all", "--quiet", "--filter", `name=${drill}`);
    return [
      ...containers,
      ...(await host().docker("volume", "ls", "--quiet", "--filter", "label=towpath.drill")),
    ];
  }

  sampled(
    "is dumped at the times of a schedule, and old dumps go (000-76, 003-43, 003-144, 003-145, 003-151)",
    async () => {
      released().configure("production", { backup: { schedule: "* * * * *", retention: "2d" } });
      await released().release("production");
      await takeOne();
      const old = "2020-01-02T03-04-05Z-scheduled.dump";
      const facts = JSON.stringify({ why: "schedule", due: "", sha256: "sum", bytes: 3, entries: 1 });
      await inVolume(
        `printf old >${old}; printf '%s' '${facts}' >${old}.json; printf foreign >2020-01-01.sql; touch half.part`,
      );

      await until("a backup by the schedule, and the end of the old one", 150, async () => {
        const { dumps } = await ask();
        return (dumps[0]?.facts?.due ?? "") !== "" && dumps.every(({ file }) => file !== old)
          ? true
          : undefined;
      });

      const { dumps, newestGood, concern, next = "", ...place } = await listed();
      assert.deepEqual(
        [place.host, place.volume, place.schedule, place.retentionDays, concern],
        ["app1", container, "* * * * *", 2, undefined],
      );
      const age = Date.parse(next) - Date.now();
      assert.ok(age > -60_000 && age <= 60_000, next);
      const newest = dumps.find(({ file }) => file === newestGood?.file) ?? assert.fail("no good one");
      assert.equal(newest.facts?.why, "schedule");
      const sum = await inVolume(`sha256sum ${newest.file}`);
      assert.equal(sum, `${newest.facts.sha256}  ${newest.file}`);
      const rows = await released().sql("production", "SELECT count(*) FROM notes");
      const copied = await inVolume(
        `pg_restore --data-only --table=notes --file=- ${newest.file} | sed '1,/^COPY/d; /^\\\\\\./,$d' | wc -l`,
      );
      assert.equal(copied, rows);
      const files = (await inVolume("ls")).split("\n");
      assert.ok(files.includes("2020-01-01.sql") && !files.includes("half.part"), files.join());
      assert.ok(!files.some((file) => file.startsWith(old)), files.join());
      assert.ok(dumps.some(({ file, facts }) => file === "2020-01-01.sql" && facts === undefined));
    },
  );

  it("keeps the last good dump while others fail, of which every plan warns", async () => {
    const unused = await unusedVolumes();
    const before = await takeOne();
    await until("the end of the dump", 60, async () => ((await ask()).running ? undefined : true));
    assert.deepEqual(await unusedVolumes(), unused);
    await host().docker("stop", server);
    await ask("run");
    const failed = await until("a failure", 60, async () => {
      const state = await ask();
      return (state.lastFailure?.at ?? "") > (before.newestGood?.taken ?? "") ? state : undefined;
    });
    assert.equal(failed.lastFailure?.reason, `the database's server ${server} does not run: mend that`);
    assert.ok(failed.newestGood !== undefined);

    const { stdout, stderr } = await released().run(["pulumi", "preview", "--stack", "production"]);
    assert.match(
      stdout + stderr,
      /warning: backups: the last one failed[^;]* at \S+ \S+ UTC, got "the database's server notes-production-postgres does not run: mend that"; the newest good one is \d+ min old, from \S+ \S+ UTC: npx towpath backups --stack production shows them/,
    );
    assert.match(stdout + stderr, /backups: those of production are on app1 alone, beside the database/);
    assert.match((await listed()).concern ?? "", /^backups: the last one failed/);

    await host().docker("start", server);
    await until("the server", 60, async () => {
      const answer = await released()
        .sql("production", "SELECT 1")
        .catch(() => "");
      return answer === "1" || undefined;
    });
    await takeOne();
    assert.equal((await listed()).concern, undefined);
  });

  sampled("does not take half a dump for one, and makes up for what a reboot cut off", async () => {
    const before = await takeOne();
    await block();
    await ask("run");
    await isDumping();
    await host().docker("kill", dump);
    const killed = await until("a failure", 60, async () => {
      const state = await ask();
      return (state.lastFailure?.at ?? "") > (before.newestGood?.taken ?? "") ? state : undefined;
    });
    assert.match(
      killed.lastFailure?.reason ?? "",
      /^the dump of the database "notes_production" was killed \(exit code 137\)/,
    );
    assert.ok(killed.dumps.every(({ good, facts }) => good || facts === undefined));

    await ask("run");
    await isDumping();
    await host().reboot();
    const after = await newer(killed, 180);
    assert.equal(after.newestGood?.facts?.why, "schedule");

    // An engine that was stopped, while containers went on, answers elsewhere.
    await host().stopEngine();
    await host().startEngine();
    await newer(await until("the engine", 60, () => ask()), 180);

    released().configure("production");
    await released().release("production");
    assert.equal((await listed()).schedule, "0 2 * * *");
    assert.equal(await inVolume("ls *.part 2>/dev/null || true"), "");
  });

  it("is restored to prove its backups, and every plan warns while that fails (000-81b, 003-146)", async () => {
    if ((await ask()).schedule === "* * * * *") {
      released().configure("production");
      await released().release("production");
    }
    const { newestGood } = await takeOne();
    const file = newestGood?.file ?? assert.fail("no good one");
    const good = await proven();
    assert.equal(good.code, 0, good.stdout + good.stderr);
    const { drill: state, unproven } = JSON.parse(good.stdout) as Backups;
    const { rows } = (JSON.parse(await inVolume(`cat ${file}.json`)) as { content: Content }).content;
    const there = await released().sql("production", "SELECT count(*) FROM notes");
    assert.equal(String(rows["public.notes"]), there);
    const all = Object.values(rows);
    const { lastProven } = state ?? {};
    assert.deepEqual(
      [lastProven?.file, lastProven?.tables, lastProven?.rows, unproven],
      [file, all.length, all.reduce((sum, count) => sum + count, 0), undefined],
    );
    assert.deepEqual(await leftovers(), []);

    await turnByte(file);
    const bad = await proven();
    assert.equal(bad.code, 1, bad.stdout);
    const reason = `${file} is damaged, got another checksum than was written down: take another with npx towpath backup`;
    assert.ok((bad.stdout + bad.stderr).includes(reason), bad.stdout + bad.stderr);
    const { stdout, stderr } = await released().run(["pulumi", "preview", "--stack", "production"]);
    assert.match(
      stdout + stderr,
      /warning: backups: the last restore that was to prove them failed at \S+ \S+ UTC, got/,
    );

    await turnByte(file);
    assert.equal((await proven()).code, 0);
    assert.equal((await listed()).unproven, undefined);
  });

  sampled("releases nothing new when its backups were proven too long ago", async () => {
    await proven();
    const longAgo = Date.now() - 9 * 24 * 3600_000;
    await inVolume(`sed -i 's/"proven":{"at":[0-9]*/"proven":{"at":${longAgo}/' drill.json`);
    await host().docker("restart", container);
    const { drill: state } = await until("the program", 60, () => ask().catch(() => undefined));
    const { source } = released().project;
    const described = source.read("application.ts");
    source.write("application.ts", described.replace('{ path: "/", status: 200 }', '{ path: "/?proven" }'));
    await released().release("staging");
    const { code, stdout, stderr } = await released().run(["pulumi", "preview", "--stack", "production"]);
    assert.notEqual(code, 0);
    const refused = `towpath:backup.restoreProvenWithin: expected a backup that was restored to prove it within 8 days, got ${state?.lastProven?.file}, 9 days ago; prove the newest one now with npx towpath backups --drill --stack production, or if the release cannot wait, allow more days`;
    assert.ok((stdout + stderr).includes(refused), stdout + stderr);

    // One that is killed leaves nothing, and is begun again by itself.
    await ask("drill");
    await until("a restore under way", 60, async () => (await leftovers()).length === 2 || undefined);
    await host().docker("kill", container);
    await host().docker("rm", "--force", drill);
    await host().docker("start", container);
    await until("the restore after it", 120, async () => {
      const found = (await ask().catch(() => undefined))?.drill;
      return Date.parse(found?.lastProven?.at ?? "") > longAgo || undefined;
    });
    assert.deepEqual(await leftovers(), []);
    await released().release("production");
  });
}

/** The test of their end, with production. */
export function endedBackups(released: () => ReleasedProject): void {
  sampled("loses what takes backups with production, and no backup", async () => {
    for (const words of ["state unprotect --all --yes", "destroy --yes"]) {
      const { code, stdout, stderr } = await released().run([
        "pulumi",
        ...words.split(" "),
        "--stack",
        "production",
      ]);
      assert.equal(code, 0, stdout + stderr);
    }
    const label = ["--filter", "label=towpath.namespace=notes-production"];
    assert.deepEqual(
      await released()
        .host("production")
        .docker("ps", "--all", "--quiet", ...label),
      [],
    );
    const volumes = await released()
      .host("production")
      .docker("volume", "ls", "--quiet", ...label);
    assert.ok(volumes.includes(container), volumes.join());
  });
}
