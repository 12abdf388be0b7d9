/** A release whose migration took something away, and the way back from it. */
import assert from "node:assert/strict";
import type { RolledBack } from "../../../cli/commands/rollback.ts";
import { addedMigration } from "../../support/hosts/added-migration.ts";
import { badImages } from "../../support/hosts/bad-images.ts";
import { ReleasedProject, type ImageChanges } from "../../support/hosts/released-project.ts";
import { handBack, takeHost, type TestHost } from "../../support/hosts/test-host.ts";
import { assertServed, inWords, Load } from "../../support/load.ts";
import { refusalOf } from "../../support/project.ts";

/** A narrower type is refused a way back: what it cut off, the earlier release may need. */
const shorterTitles = addedMigration({
  revision: "0005",
  after: "0004",
  up: "ALTER TABLE notes ALTER COLUMN title TYPE varchar(150)",
  down: "ALTER TABLE notes ALTER COLUMN title TYPE varchar(200)",
});

describe("a rollback past a migration that took something away", () => {
  let host: TestHost;
  let released: ReleasedProject;
  const ids: string[] = [];

  before(async () => {
    host = await takeHost();
    released = await ReleasedProject.create({ staging: host });
    await release({});
    // The migration is committed by a run that fails after it; the release that gets a record migrates nothing itself.
    const broken = [...shorterTitles, ...badImages["exits at once"].api];
    released.configure("staging", { commit: await released.publish({ api: broken }) });
    assert.notEqual((await released.up("staging")).code, 0);
    await release({ api: shorterTitles });
    await released.sql("staging", "INSERT INTO notes (title) VALUES ('kept')");
  });
  after(async () => {
    await released.remove();
    await handBack(host);
  });

  async function release(changes: ImageChanges): Promise<void> {
    released.configure("staging", { commit: await released.publish(changes) });
    await released.release("staging");
    ids.push((await released.record("staging")).id);
  }

  it("knows of the migration even if the run that applied it failed", async () => {
    const { schema: change } = await released.record("staging");
    assert.deepEqual(change, { before: "0004", after: "0005", applied: ["0005"], destructive: ["0005"] });
  });

  it("is refused, or on request takes the schema down first while users are served, and can go forward again", async () => {
    const load = new Load(`https://${released.domain("staging")}`, host.address);
    try {
      await load.reached(50);
      assert.equal(
        refusalOf(await rollback("--json")),
        `rollback: expected a release that the database allows, got ${ids[0]}: 0005 took something away since; go down to its revision 0004 with --with-downgrade, which may lose what was written since`,
      );
      assert.deepEqual(await schema(), ["0005", "150"]);

      const { code, stdout, stderr } = await rollback("--with-downgrade", "--json");
      assert.equal(code, 0, stderr);
      const { from, to, downgrade } = JSON.parse(stdout) as RolledBack;
      assert.deepEqual([from, to, downgrade], [ids[1], ids[0], true]);
      assert.match(
        stderr,
        /^schema: goes down to 0004 first, past 0005; what was written since may be lost$/m,
      );
      assert.deepEqual(await schema(), ["0004", "200"]);
    } finally {
      const report = await load.stop();
      console.log(`      ${inWords("across the rollback", report)}`);
      assertServed(report);
    }
    const { id, rollbackOf, schema: change } = await released.record("staging");
    assert.deepEqual([id, rollbackOf], [ids[0], ids[1]]);
    assert.deepEqual(change, { before: "0005", after: "0004", applied: [] });
    assert.equal(await released.sql("staging", "SELECT count(*) FROM notes WHERE title = 'kept'"), "1");

    // Nothing runs again by itself, and the way forward is open.
    const again = await released.up("staging");
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual([(await released.record("staging")).id, ...(await schema())], [ids[0], "0004", "200"]);

    const forward = await rollback(ids[1] ?? "");
    assert.equal(forward.code, 0, forward.stderr);
    assert.match(forward.stderr, /^schema: is brought up to the release by its own migrations$/m);
    assert.deepEqual([(await released.record("staging")).id, ...(await schema())], [ids[1], "0005", "150"]);
    assert.equal(await released.sql("staging", "SELECT count(*) FROM notes WHERE title = 'kept'"), "1");
  });

  function rollback(...args: readonly string[]): ReturnType<ReleasedProject["run"]> {
    return released.run(["rollback", "--stack", "staging", "--yes", ...args]);
  }

  /** The revision that the database is at, and how long a title may be there. */
  async function schema(): Promise<string[]> {
    const length =
      "SELECT character_maximum_length FROM information_schema.columns WHERE table_name = 'notes' AND column_name = 'title'";
    return [
      await released.sql("staging", "SELECT version_num FROM alembic_version"),
      await released.sql("staging", length),
    ];
  }
});
