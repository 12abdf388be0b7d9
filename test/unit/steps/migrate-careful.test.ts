/**
 * The migration where users' data is, with a fake `docker`: the lock, what is pending, the dump and the report.
 *
 * It cannot prove what a migration does to a database: test/e2e/hosts does.
 */
import assert from "node:assert/strict";
import type { Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { MigrateCare, MigrateInput } from "../../../components/contract/migrate.ts";

const care: MigrateCare = {
  lock: { container: "db", administrator: "postgres", database: "notes", waitSeconds: 0 },
  current: ["migrations", "current"],
  pending: ["migrations", "after:{revision}"],
  base: "base",
};

const input: MigrateInput = {
  image: "sha256:api",
  network: "notes-production",
  command: ["migrations", "upgrade"],
  environment: {},
  variables: {},
  files: {},
  labels: { "towpath.part": "migration" },
  timeoutSeconds: 20,
  limits: { memory: 256 * 1024 ** 2, pids: 64, remedy: "raise towpath:limits.memory" },
};
const backup = { volume: "notes-production-backups", release: "0005" };

/**
 * The migration of a schema that is at 0003 and has 0004 and 0005 to come, while these answers are played.
 *
 * A container is called as its command. `upgrade` has run once it was started.
 */
function migrating(
  answers: string,
  change: { [Name in keyof MigrateCare]?: MigrateCare[Name] | undefined } = {},
): Scene {
  return {
    program: "migrate",
    input: { ...input, care: { ...care, ...change } },
    script: `called() { grep -q "^$1$" "$FAKE_DOCKER"/[0-9]*[0-9] "$FAKE_DOCKER"/[0-9] 2>/dev/null; }
    upgraded() { called "start upgrade"; }
    case "$*" in ${answers}
      *PGAPPNAME*) answer_queries 'echo t' ;;
      "container inspect"*) echo sha256:postgres ;;
      "create --network container:db"*) echo dumper ;;
      create*) for word; do :; done; echo "$word" ;;
      wait*) echo 0 ;;
      "logs current") if upgraded; then echo "0005 (head)"; else echo 0003; fi ;;
      *" after:0003") printf '0004\\n\\n  0005\\n' ;;
      "logs dumper") echo "open-sum 4096 17" ;;
      "logs --tail 20 "*) echo "ran $4" ;;
    esac`,
  };
}

/** Returns what ran, in its order; the lock is a session that goes on beside it. */
function ran({ calls }: Played): string[] {
  return calls.flatMap(({ args }) =>
    args[0] === "start" ? [args[1] ?? ""] : args[0] === "run" ? [args.at(-1) ?? ""] : [],
  );
}

/** The receipt without the times in it. */
function timeless(played: Played): unknown {
  const receipt = receiptOf(played) as { backup?: { seconds: number; file: string } };
  if (receipt.backup === undefined) return receipt;
  const { seconds, file, ...rest } = receipt.backup;
  assert.ok(seconds >= 0);
  return { ...receipt, backup: { ...rest, file: file.replace(/^.*Z/, "<time>") } };
}

describe("the careful migration", function () {
  this.timeout(60_000);

  const stays = { at: "0003", record: "0123456789ab", accepted: false };

  scene("leaves a schema that is at the recorded revision", migrating("", { stays, backup }), (played) => {
    assert.deepEqual(receiptOf(played), { before: "0003", after: "0003", applied: [] });
    assert.deepEqual(ran(played), ["current"]);
  });

  scene(
    "stops at a schema that no record mentions",
    migrating("", { stays: { ...stays, at: "0002" } }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "TOWPATH_ROLLBACK: expected the schema at 0002, as the record of 0123456789ab leaves it, got 0003; " +
          "a run since then may have migrated and left no record, so what it took away is not known: release a repair, or " +
          "look whether the earlier release gets along with the schema and say so with --accept-unknown-schema",
      ]);
      assert.deepEqual(ran(played), ["current"]);
    },
  );

  scene(
    "stops when the release that is rolled back does not know the schema",
    migrating("wait*) echo 1 ;;", { stays }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "TOWPATH_ROLLBACK: expected the schema at 0003, as the record of 0123456789ab leaves it, got no answer of that release; " +
          "a run since then may have migrated and left no record, so what it took away is not known: release a repair, or " +
          "look whether the earlier release gets along with the schema and say so with --accept-unknown-schema; " +
          'migrations: "migrations current" ended with exit code 1, nothing was started; its last log lines:',
        "  | ran current",
      ]);
    },
  );

  scene(
    "does not check a schema that was accepted as it is",
    migrating("wait*) echo 1 ;;", { stays: { ...stays, accepted: true } }),
    (played) => {
      assert.deepEqual(receiptOf(played), { before: "0003", after: "0003", applied: [] });
      assert.deepEqual(ran(played), []);
    },
  );

  scene("reports what it applied, and which dump was made before", migrating("", { backup }), (played) => {
    assert.deepEqual(timeless(played), {
      before: "0003",
      after: "0005",
      applied: ["0004", "0005"],
      backup: {
        volume: "notes-production-backups",
        sha256: "open-sum",
        bytes: 4096,
        entries: 17,
        file: "<time>-0005.dump",
      },
    });
    assert.deepEqual(ran(played), ["current", "after:0003", "dumper", "upgrade", "current"]);
    assert.ok(played.calls[0]?.args.includes("PGAPPNAME"), "it did not take the lock first");
  });

  scene(
    "runs nothing, and dumps nothing, when nothing is pending",
    migrating(`*" after:0003") ;;`, { backup }),
    (played) => {
      assert.deepEqual(receiptOf(played), { before: "0003", after: "0003", applied: [] });
      assert.deepEqual(ran(played), ["current", "after:0003"]);
    },
  );

  scene(
    "dumps the database before each release that asks for it, also when nothing is pending (004-136)",
    migrating(`*" after:0003") ;;`, { backup: { ...backup, always: true } }),
    (played) => {
      assert.deepEqual(timeless(played), {
        ...{ before: "0003", after: "0003", applied: [] },
        backup: {
          volume: backup.volume,
          sha256: "open-sum",
          bytes: 4096,
          entries: 17,
          file: "<time>-0005.dump",
        },
      });
      assert.deepEqual(ran(played), ["current", "after:0003", "dumper"]);
    },
  );

  scene(
    "only dumps where a service migrates by itself at its start",
    migrating("", { current: undefined, pending: undefined, base: undefined, backup }),
    (played) => {
      const { applied, backup: dump, ...nothing } = timeless(played) as Record<string, unknown>;
      assert.deepEqual([applied, nothing], [[], {}]);
      assert.equal((dump as { file: string }).file, "<time>-0005.dump");
      assert.deepEqual(ran(played), ["dumper"]);
    },
  );

  scene(
    "runs nothing when the schema is at the target revision",
    migrating("", { target: "0003", pending: undefined }),
    (played) => {
      assert.deepEqual(receiptOf(played), { before: "0003", after: "0003", applied: [] });
      assert.deepEqual(ran(played), ["current"]);
    },
  );

  scene(
    "applies no revision on the way down",
    migrating(`"logs current") if upgraded; then echo 0002; else echo 0003; fi ;;`, {
      target: "0002",
      pending: undefined,
    }),
    (played) => {
      assert.deepEqual(receiptOf(played), { before: "0003", after: "0002", applied: [] });
      assert.deepEqual(ran(played), ["current", "upgrade", "current"]);
    },
  );

  scene(
    "starts from the base with an empty database",
    migrating(`"logs current") if upgraded; then echo 0005; fi ;; *" after:base") echo 0005 ;;`),
    (played) => {
      assert.deepEqual(receiptOf(played), { after: "0005", applied: ["0005"] });
      assert.deepEqual(ran(played), ["current", "after:base", "upgrade", "current"]);
    },
  );

  scene(
    "reports the last revision when those in between are unknown",
    migrating("", { pending: undefined }),
    (played) => {
      assert.deepEqual(receiptOf(played), { before: "0003", after: "0005", applied: ["0005"] });
    },
  );

  scene(
    "reports where a failure left the schema, and which dump was made before",
    migrating(
      `"wait upgrade") echo 1 ;; "logs current") if upgraded; then echo 0004; else echo 0003; fi ;;`,
      {
        backup,
      },
    ),
    (played) => {
      const [first = "", ...log] = failureOf(played);
      assert.equal(
        first.replace(/\d{4}-.*Z-/, "<time>-"),
        'migrations: "migrations upgrade" ended with exit code 1, the schema is at 0004, from 0003, ' +
          "<time>-0005.dump in the volume notes-production-backups is from before, nothing new was started; its last log lines:",
      );
      assert.deepEqual(log, ["  | ran upgrade"]);
    },
  );

  scene(
    "does not guess the revision after a failure when an empty schema cannot be read",
    migrating(
      `"wait upgrade") echo 1 ;; "wait current") if upgraded; then echo 1; else echo 0; fi ;;
      "logs current") ;; *" after:base") echo 0005 ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "migrations upgrade" ended with exit code 1, the schema is at an unknown revision, ' +
          "from an empty database, nothing new was started; its last log lines:",
        "  | ran upgrade",
      ]);
    },
  );

  scene(
    "reports a schema that is still empty after a failure as empty",
    migrating(`"wait upgrade") echo 1 ;; "logs current") ;; *" after:base") echo 0005 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "migrations upgrade" ended with exit code 1, the schema is at no revision, ' +
          "from an empty database, nothing new was started; its last log lines:",
        "  | ran upgrade",
      ]);
    },
  );

  scene(
    "starts nothing when the revision cannot be read",
    migrating(`"wait current") echo 3 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "migrations current" ended with exit code 3, nothing was started; its last log lines:',
        "  | ran current",
      ]);
      assert.deepEqual(ran(played), ["current"]);
    },
  );

  scene(
    "lists what is pending in a container that reaches nothing and keeps nothing",
    migrating(`*" after:0003") ;;`),
    ({ calls }) => {
      const asked = calls.map(({ args }) => args.join(" ")).find((call) => call.startsWith("run "));
      assert.match(
        asked ?? "",
        /^run --rm --name towpath-look-[0-9a-f]{8} --network none --cap-drop ALL --security-opt no-new-privileges --memory 268435456 --memory-swap 268435456 --pids-limit 64 --tmpfs \/tmp:exec,size=134217728 --label towpath\.part=migration --entrypoint migrations sha256:api after:0003$/,
      );
    },
  );

  scene(
    "starts nothing when reading the revision exceeds the memory limit, and reports that",
    migrating(
      `"wait current") echo 3 ;; "container inspect --format {{.State.OOMKilled}} current") echo true ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: "migrations current" needed more memory than its limit of 256 MiB, nothing was started; ' +
          "raise towpath:limits.memory, or do the work in smaller parts; its last log lines:",
        "  | ran current",
      ]);
    },
  );

  scene(
    "does not list what is pending again when the first try was killed",
    migrating(`*" after:0003") exit 137 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "migrations.pending: the new image has to tell what it would run on a schema at 0003, got " +
          '"migrations after:0003" failing: it was killed (exit code 137), as for want of memory, of which it has 256 MiB; ' +
          "if nobody ended it, raise towpath:limits.memory, or do the work in smaller parts; nothing was started",
      ]);
      assert.deepEqual(ran(played), ["current", "after:0003"]);
    },
  );

  scene(
    "starts nothing when the image cannot list what is pending",
    migrating(`*" after:0003") refuse "no such revision" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations.pending: the new image has to tell what it would run on a schema at 0003, got "migrations after:0003" failing with: no such revision; nothing was started',
      ]);
      assert.deepEqual(ran(played), ["current", "after:0003", "after:0003"]);
    },
  );

  scene(
    "inserts only revisions into a command",
    migrating(`"logs current") echo "ERROR: cannot connect" ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations.current: expected a revision of letters, digits, "_", "." and "-", got "ERROR:"; name a command that prints it first, and several heads a line each',
      ]);
      assert.deepEqual(ran(played), ["current"]);
    },
  );

  scene(
    "does not run without the dump that is required",
    migrating(`"wait dumper") echo 1 ;; "logs dumper") echo "No space left on device" ;;`, { backup }),
    (played) => {
      assert.match(
        failureOf(played).join("\n"),
        /^backup: the host's disk is full, got no room for .*-0005\.dump in the volume notes-production-backups; neither the database nor what runs was touched: /,
      );
      assert.deepEqual(ran(played), ["current", "after:0003", "dumper"]);
    },
  );

  scene(
    "is ended when the lock is lost, and records nothing",
    migrating(
      `*PGAPPNAME*) answer_queries 'if called "wait upgrade"; then echo "FATAL:  terminating connection" >&2; exit 2; fi; echo t' ;;
      "wait upgrade") until called "stop --time 0 upgrade"; do sleep 0.05; done ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: the lock of the database "notes" was lost, got "FATAL: terminating connection"; "migrations upgrade" does not go on without it, the schema is at 0005, from 0003, nothing new was started: ' +
          "run the command again, which waits for any other migration",
      ]);
      const calls = played.calls.map(({ args }) => args.join(" "));
      assert.ok(calls.includes("stop --time 0 upgrade"), calls.join("\n"));
    },
  );

  scene(
    "records nothing when the lock was lost by the end",
    migrating(
      `*PGAPPNAME*) answer_queries 'case "$query" in *try_advisory*) echo t ;; *) echo "FATAL:  terminating connection" >&2; exit 2 ;; esac' ;;
      *" after:0003") ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: the lock of the database "notes" was lost, got "FATAL: terminating connection"; nothing new was started: ' +
          "run the command again, which waits for any other migration",
      ]);
    },
  );

  scene(
    "does not begin while another session has the lock",
    migrating(
      `*PGAPPNAME*) answer_queries 'case "$query" in *try_advisory*) echo f ;; *) echo "nobody any more" ;; esac' ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'migrations: another migration or backup holds the lock of the database "notes", waited 0 s for nobody any more; ' +
          "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds",
      ]);
      assert.equal(played.calls.length, 1);
    },
  );
});
