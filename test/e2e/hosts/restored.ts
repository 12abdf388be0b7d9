import assert from "node:assert/strict";
import type { Backup } from "../../../cli/commands/backup.ts";
import type { Restored } from "../../../cli/commands/restore.ts";
import { commandsOf } from "../../support/docs.ts";
import type { ReleasedProject } from "../../support/hosts/released-project.ts";
import { assertServed, failuresIn, inWords, Load } from "../../support/load.ts";
import type { Ended } from "../../support/project.ts";
import { sampled } from "../../support/quick.ts";

/** The most requests that fail when connections are cut: those of half a second. */
const mostCut = 10;

/** The tests of dumps that take the database's place, in production, which has released something. */
export function restoredFromDumps(released: () => ReleasedProject): void {
  const [restore = "", back = "", letGo = "", trial = ""] = commandsOf("data.md").filter((one) =>
    one.includes(" restore "),
  );

  function run(command: string, ...more: readonly string[]): Promise<Ended> {
    return released().run([...command.replace("npx towpath ", "").split(" "), ...more]);
  }

  async function restored(command: string, ...more: readonly string[]): Promise<Restored> {
    const { code, stdout, stderr } = await run(command, ...more, "--yes", "--json");
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as Restored;
  }

  async function refused(command: string, ...more: readonly string[]): Promise<string> {
    const { code, stderr } = await run(command, ...more);
    assert.equal(code, 1, stderr);
    return stderr;
  }

  async function titles(): Promise<string[]> {
    const { body } = await released().ask("production", "/api/notes");
    return (JSON.parse(body) as { title: string }[]).map(({ title }) => title).sort();
  }

  async function databases(): Promise<string[]> {
    const all = "SELECT datname FROM pg_database WHERE datname LIKE 'notes%' ORDER BY 1";
    return (await released().sql("production", all)).split("\n");
  }

  it("gets a dump in its place while users are served, and back, and keeps the other until it is let go", async () => {
    await released().sql("production", "DELETE FROM notes; INSERT INTO notes (title) VALUES ('dumped')");
    // It is written otherwise once it was restored, and belongs to another role than what was restored.
    await released().sql("production", "CREATE TABLE kinds (kind varchar(8) CHECK (kind IN ('a', 'b')))");
    const { stdout } = await released().run(["backup", "--stack", "production", "--json"]);
    const { file, sha256 } = JSON.parse(stdout) as Backup;
    await released().sql("production", "INSERT INTO notes (title) VALUES ('later')");
    const load = new Load(
      `https://${released().domain("production")}`,
      released().host("production").address,
    );
    try {
      await load.reached(50);
      assert.match(await refused(restore), /^restore: changes users' data and has to be agreed to/m);

      const tried = await restored(trial);
      assert.ok(
        tried.done === "tried" && tried.file === file && tried.otherLines === 0,
        JSON.stringify(tried),
      );
      assert.ok(tried.before.rows > tried.after.rows, JSON.stringify(tried));
      assert.deepEqual(await titles(), ["dumped", "later"]);
      assertServed(await load.cut());

      const done = await restored(restore);

      assert.ok(done.done === "restored");
      assert.deepEqual([done.file, done.sha256, done.host], [file, sha256, "app1"]);
      assert.ok(done.before.rows > done.after.rows, JSON.stringify(done));
      assert.deepEqual(await titles(), ["dumped"]);
      const cut = await load.cut();
      console.log(`      ${inWords("across the restore", cut)}, connections cut for ${done.cutSeconds} s`);
      assert.ok(failuresIn(cut) <= mostCut, JSON.stringify(cut.failures));
      await load.reached(50);
      assertServed(await load.cut());
      assert.match(
        await refused(restore, "--yes"),
        /^restore: expected no database from before an earlier restore, got notes_production_before_restore;/m,
      );

      assert.equal((await restored(back)).done, "gone back");
      assert.deepEqual(await titles(), ["dumped", "later"]);
      await load.cut();
      await load.reached(50);
      assertServed(await load.cut());
    } finally {
      await load.stop();
    }
    assert.deepEqual(await databases(), ["notes_production", "notes_production_before_restore"]);
    assert.equal((await restored(letGo)).done, "let go");
    assert.deepEqual(await databases(), ["notes_production"]);
    await released().sql("production", "DROP TABLE kinds");
  });

  sampled(
    "keeps what it has when a dump is damaged, of another schema, or does not come to its end",
    async () => {
      const before = await titles();
      const newest = JSON.parse(
        (await released().run(["backup", "--stack", "production", "--json"])).stdout,
      ) as Backup;
      const host = released().host("production");
      const [image = ""] = await host.docker(
        "inspect",
        "--format",
        "{{.Image}}",
        "notes-production-postgres",
      );
      const inVolume = (script: string): Promise<string[]> =>
        host.docker(
          "run",
          "--rm",
          "--volume",
          `${newest.volume}:/backups`,
          "--workdir",
          "/backups",
          image,
          "sh",
          "-ec",
          script,
        );

      await inVolume(
        `head -c ${Math.floor(newest.bytes / 2)} ${newest.file} >damaged.dump; cp ${newest.file}.json damaged.dump.json`,
      );
      assert.match(
        await refused(`${restore} damaged.dump`, "--yes"),
        /^restore: expected damaged\.dump as damaged\.dump\.json describes it, got another checksum;/m,
      );

      await inVolume("rm damaged.dump.json");
      assert.match(
        await refused(`${restore} damaged.dump`, "--yes"),
        /^restore: damaged\.dump could not be restored, got "/m,
      );

      await released().sql("production", "CREATE TABLE added (id int)");
      assert.match(
        await refused(`${restore} ${newest.file}`, "--yes"),
        /^restore: expected a dump of the schema that runs, got \S+, in which \d+ lines of it differ: "CREATE TABLE public\.added \("/m,
      );
      await released().sql("production", "DROP TABLE added");
      await inVolume("rm damaged.dump");

      assert.deepEqual(await databases(), ["notes_production"]);
      assert.deepEqual(await titles(), before);
    },
  );
}
