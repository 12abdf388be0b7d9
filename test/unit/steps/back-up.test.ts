/**
 * A dump on request as the program that the command line runs, with a fake `docker`: its behaviour beside migrations.
 *
 * It cannot prove that a dump can be restored from: test/e2e/hosts does. What the dump itself is made by is in backup.test.ts.
 */
import assert from "node:assert/strict";
import type { BackUpInput } from "../../../components/contract/database.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const input: BackUpInput = {
  container: "db",
  administrator: "notes",
  database: "notes",
  volume: "notes-production-backups",
  release: "0005",
  why: "by hand",
  labels: { "towpath.part": "migration" },
  waitSeconds: 0,
};
const locking =
  "exec -i --env PGAPPNAME db psql --quiet --no-psqlrc --no-align --tuples-only --set ON_ERROR_STOP=1 --username notes --dbname notes";

/** Returns a dump for which these answers are played. */
function dumping(answers: string, change: Partial<BackUpInput> = {}): Scene {
  return {
    program: "back-up",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      *PGAPPNAME*) answer_queries 'echo t' ;;
      info*) echo 1073741824 ;;
      "container inspect"*) echo sha256:postgres ;;
      create*) echo dumper ;;
      wait*) echo 0 ;;
      "logs dumper") echo "open-sum 4096 17" ;;
    esac`,
  };
}

describe("a dump on request", function () {
  this.timeout(60_000);

  scene("is taken under the lock that migrations take, which names its owner", dumping(""), (played) => {
    const { file, ...receipt } = receiptOf(played) as { file: string };
    assert.match(file, /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-0005\.dump$/);
    assert.deepEqual(receipt, {
      volume: "notes-production-backups",
      sha256: "open-sum",
      bytes: 4096,
      entries: 17,
    });
    assert.equal(typed(played.calls)[0], locking);
    assert.match(played.calls[0]?.environment ?? "", /^PGAPPNAME=towpath backup by \S+ on \S+$/m);
    const queries = played.calls[0]?.input.toString() ?? "";
    assert.match(queries, /^SELECT pg_try_advisory_lock\(32773656075662440::bigint\);\n/);
  });

  scene(
    "waits for what an earlier run began, and removes its leftovers",
    dumping(`"ps --all"*) printf 'old1\\nold2\\n' ;; ps*) echo old1 ;;`, { waitSeconds: 20 }),
    (played) => {
      receiptOf(played);
      const calls = typed(played.calls).filter((call) => call !== locking);
      assert.deepEqual(calls.slice(0, 4), [
        "ps --all --quiet --filter label=towpath.part=migration",
        "ps --quiet --filter label=towpath.part=migration",
        "wait old1",
        "rm --force old1 old2",
      ]);
    },
  );

  scene(
    "does not begin while another session has the lock",
    dumping(`*PGAPPNAME*) answer_queries 'echo f' ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'backup: another migration or backup holds the lock of the database "notes", waited 0 s for f; ' +
          "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds",
      ]);
      assert.deepEqual(typed(played.calls), [locking]);
    },
  );

  scene(
    "does not count when the lock was lost meanwhile",
    dumping(
      `*PGAPPNAME*) IFS= read -r query; echo t; IFS= read -r query; printf 'FATAL:  terminating connection' >&2; exit 2 ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'backup: the lock of the database "notes" was lost, got "FATAL: terminating connection"; run the command again',
      ]);
    },
  );

  scene(
    "reports that there is no server",
    dumping(`*PGAPPNAME*) refuse "Error response from daemon: No such container: db" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "backup: the database cannot be locked in db: Error response from daemon: No such container: db",
      ]);
    },
  );
});
