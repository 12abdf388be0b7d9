/**
 * A restore as the program that the command line runs, with a fake `docker` that plays a server with databases.
 *
 * It cannot prove that rows come back: test/e2e/hosts does.
 */
import assert from "node:assert/strict";
import type { PutInput } from "../../../components/contract/restore.ts";
import { dumpsIn } from "../../../steps/database/dump-files.ts";
import { freeIn, renamingSql } from "../../../steps/database/switch-database.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const file = "2026-01-02T03-04-05Z-scheduled.dump";

const input: PutInput = {
  operation: "put",
  stack: "production",
  container: "db",
  administrator: "notes",
  database: "notes",
  volume: "notes-production-backups",
  labels: { "towpath.part": "migration" },
  waitSeconds: 0,
  file,
  bytes: 4096,
};

const psql = "exec -i db psql --quiet --no-psqlrc --no-align --tuples-only";
const asked = `${psql} --set ON_ERROR_STOP=1 --set VERBOSITY=terse --username notes --dbname`;

/** Returns a restore for which these answers are played; `sql` are those to SQL, by what `$input` says. */
function restoring(answers: string, change: object = {}, sql = ""): Scene {
  return {
    program: "restore",
    input: { ...input, ...change },
    script: `case "$*" in ${answers}
      *PGAPPNAME*) answer_queries 'echo t' ;;
      info*) echo 1073741824 ;;
      "container inspect"*) echo sha256:postgres ;;
      create*) echo restorer ;;
      wait*) echo 0 ;;
      "logs restorer") printf 'pg_restore: warning: something\nopen-sum\n' ;;
      *" df "*) printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/vda 100 50 20000 50%% /data\\n' ;;
      *pg_dump*) printf -- '-- made by PostgreSQL\nCREATE TABLE notes (\n    id integer\n);\n' ;;
      *psql*) case "$(cat "$here/input")" in ${sql}
        *reltuples*) echo "5|1000|8060263" ;;
        *data_directory*) echo "8060263|/var/lib/postgresql/data" ;;
        *"SELECT oid"*"'notes'"*) echo 16384 ;;
      esac ;;
    esac`,
  };
}

/** The SQL that was run, in its order, without looks at what there is. */
function changes(calls: Parameters<typeof typed>[0]): string[] {
  return calls
    .filter(({ args, input: sql }) => args.includes("psql") && /ALTER|CREATE|DROP/.test(sql.toString()))
    .map(({ input: sql }) => sql.toString().trim());
}

const drop = 'DROP DATABASE IF EXISTS "notes_restoring" WITH (FORCE);';
/** The schema in place is restored as well: see what `pg_dump` is played to print. */
const comparing = [
  'DROP DATABASE IF EXISTS "notes_comparing" WITH (FORCE);',
  'CREATE DATABASE "notes_comparing" OWNER "notes";',
  "-- made by PostgreSQL\nCREATE TABLE notes (\n    id integer\n);",
  'DROP DATABASE IF EXISTS "notes_comparing" WITH (FORCE);',
];
const put = [
  ["notes", "notes_before_restore"],
  ["notes_restoring", "notes"],
] as const;

describe("a restore", function () {
  this.timeout(60_000);

  scene("fills a database beside, and gives it the name of the one in place", restoring(""), (played) => {
    const content = { tables: 5, rows: 1000, bytes: 8060263 };
    const { cutSeconds, ...receipt } = receiptOf(played) as Record<string, unknown>;
    assert.equal(typeof cutSeconds, "number");
    assert.deepEqual(receipt, {
      ...{ file, sha256: "open-sum", kept: "notes_before_restore" },
      ...{ before: content, after: content },
    });
    assert.deepEqual(changes(played.calls), [
      drop,
      'CREATE DATABASE "notes_restoring" OWNER "notes";',
      renamingSql(put).trim(),
    ]);
    const create = typed(played.calls).find((call) => call.startsWith("create ")) ?? "";
    assert.match(
      create,
      /source=notes-production-backups,\S*volume-label=towpath\.part=backups .* --cap-drop ALL .* --label towpath\.part=migration /,
    );
    assert.match(
      create,
      / sh host=127\.0\.0\.1 user='notes' dbname='notes_restoring' 2026-01-02T03-04-05Z-scheduled\.dump$/,
    );
  });

  scene(
    "is tried beside the database, whatever its schema, and nothing is left of it",
    restoring(
      `*pg_dump*notes_restoring*) printf 'CREATE TABLE notes (\\n    id bigint\\n);\\n' ;;`,
      { operation: "try" },
      `*"datname IN ('notes_before_restore')"*) echo notes_before_restore ;;`,
    ),
    (played) => {
      const content = { tables: 5, rows: 1000, bytes: 8060263 };
      assert.deepEqual(receiptOf(played), {
        ...{ file, sha256: "open-sum", otherLines: 2 },
        ...{ before: content, after: content },
      });
      assert.deepEqual(changes(played.calls), [
        drop,
        'CREATE DATABASE "notes_restoring" OWNER "notes";',
        ...comparing,
        drop,
      ]);
    },
  );

  scene(
    "takes a dump whose expressions PostgreSQL writes otherwise once they were restored",
    restoring(
      `*pg_dump*notes_comparing|*pg_dump*notes_restoring) printf 'CREATE TABLE notes (\\n    CHECK restored\\n);\\n' ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.deepEqual(changes(played.calls), [
        drop,
        'CREATE DATABASE "notes_restoring" OWNER "notes";',
        ...comparing,
        renamingSql(put).trim(),
      ]);
    },
  );

  it("changes names in one message, unless somebody has the lock", () => {
    const sql = renamingSql(put);
    assert.equal(sql.indexOf("\n"), sql.length - 1);
    const [begin, lock, cut, ...rest] = sql.split(" \\; ");
    assert.equal(begin, "BEGIN");
    assert.match(
      lock ?? "",
      /^DO \$\$ BEGIN IF EXISTS \(SELECT FROM pg_locks .* = 32773656075662440::bigint AND datname = 'notes'\) OR EXISTS .*'notes_restoring'\) THEN RAISE EXCEPTION 'towpath: locked'; END IF; END \$\$$/,
    );
    assert.match(cut ?? "", /pg_terminate_backend\(pid\)\) .* datname IN \('notes', 'notes_restoring'\)$/);
    assert.deepEqual(rest, [
      'ALTER DATABASE "notes" RENAME TO "notes_before_restore"',
      'ALTER DATABASE "notes_restoring" RENAME TO "notes"',
      "COMMIT;\n",
    ]);
  });

  scene(
    "tries again when somebody connects in the middle of it",
    restoring(
      "",
      {},
      `*RENAME*) if [ "$times" -lt 4 ]; then refuse 'ERROR:  database "notes" is being accessed by other users'; fi ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.ok(changes(played.calls).filter((sql) => sql.includes("RENAME")).length > 1);
    },
  );

  scene(
    "is done when the connection was lost after it was",
    restoring(
      "",
      {},
      `*RENAME*) refuse "connection reset" ;; *"SELECT oid"*"'notes_before_restore'"*) echo 16384 ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.deepEqual(
        changes(played.calls).filter((sql) => sql.includes("RENAME")),
        [renamingSql(put).trim()],
      );
    },
  );

  scene(
    "puts nothing in place while a migration or dump runs, and drops what it made",
    restoring("", {}, `*RENAME*) refuse 'ERROR:  towpath: locked' ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'restore: a migration or dump of the database "notes" began meanwhile, waited 0 s for its end; nothing was put in place: run the command again when it is done, or wait longer with towpath:migration.lockWaitSeconds; the database is as it was before',
      ]);
      assert.equal(changes(played.calls).at(-1), drop);
    },
  );

  scene(
    "waits for a migration or dump that began meanwhile",
    restoring(
      "",
      { waitSeconds: 20 },
      `*RENAME*) if [ ! -e "$here/../once" ]; then : >"$here/../once"; refuse 'ERROR:  towpath: locked'; fi ;;`,
    ),
    (played) => {
      receiptOf(played);
      assert.equal(changes(played.calls).filter((sql) => sql.includes("RENAME")).length, 2);
    },
  );

  scene(
    "does not begin where its disk has no room for a second database",
    restoring("", { bytes: 4194304 }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `restore: expected room for 20971520 bytes beside the database, got 20480000 on its disk; free some on the host before ${file} is restored; the database is as it was before`,
      ]);
      assert.deepEqual(changes(played.calls), [drop, drop]);
    },
  );

  scene(
    "does not begin while another session has the lock",
    restoring(`*PGAPPNAME*) answer_queries 'echo f' ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'restore: another migration or backup holds the lock of the database "notes", waited 0 s for f; ' +
          "nothing was started: run the command again when that one is done, or wait longer with towpath:migration.lockWaitSeconds; the database is as it was before",
      ]);
    },
  );

  scene(
    "does not count when the lock was lost meanwhile",
    restoring(
      `*PGAPPNAME*) IFS= read -r query; echo t; IFS= read -r query; printf 'FATAL:  terminating connection' >&2; exit 2 ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'restore: the lock of the database "notes" was lost, got "FATAL: terminating connection"; run the command again',
      ]);
      assert.ok(changes(played.calls).every((sql) => !sql.includes("RENAME")));
    },
  );

  scene(
    "is refused while the database from an earlier one is kept",
    restoring("", {}, `*"datname IN ('notes_before_restore')"*) echo notes_before_restore ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        "restore: expected no database from before an earlier restore, got notes_before_restore; go back to it with npx towpath restore --back --stack production, or let it go with npx towpath restore --let-go --stack production, and run the command again",
      ]);
      assert.deepEqual(changes(played.calls), []);
    },
  );

  scene(
    "is refused when the dump has another schema",
    restoring(`*pg_dump*notes_restoring*) printf 'CREATE TABLE notes (\n    id bigint\n);\n' ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `restore: expected a dump of the schema that runs, got ${file}, in which 2 lines of it differ: "id integer"; go back first to the release that it is of with npx towpath rollback --with-downgrade --stack production; the database is as it was before`,
      ]);
      assert.equal(changes(played.calls).at(-1), drop);
    },
  );

  const ends: readonly (readonly [what: string, answers: string, message: string])[] = [
    [
      "there is no such dump",
      "wait*) echo 66 ;;",
      `restore: expected the dump ${file} in the volume notes-production-backups, got none; see what there is with npx towpath backups`,
    ],
    [
      "the dump is not what was written down",
      "wait*) echo 65 ;;",
      `restore: expected ${file} as ${file}.json describes it, got another checksum; the file is damaged: take another dump`,
    ],
    [
      "pg_restore fails, without the rows that it is about",
      `wait*) echo 1 ;; "logs restorer") printf 'pg_restore: error: could not execute query: ERROR:  could not extend file: No space left on device\nDETAIL: a row\n' ;;`,
      `restore: ${file} could not be restored, got "pg_restore: error: could not execute query: ERROR:  could not extend file: No space left on device"; mend that, or take another dump`,
    ],
  ];
  for (const [what, answers, message] of ends) {
    scene(`says that ${what}, and drops what it made`, restoring(answers), (played) => {
      assert.deepEqual(failureOf(played), [`${message}; the database is as it was before`]);
      assert.equal(changes(played.calls).at(-1), drop);
    });
  }
});

describe("a database that was kept by a restore", function () {
  this.timeout(60_000);

  const kept = `*"datname IN ('notes_before_restore')"*) echo notes_before_restore ;;`;

  scene(
    "takes its place again, and the other is kept",
    restoring("", { operation: "back" }, kept),
    (played) => {
      assert.deepEqual(receiptOf(played), { kept: "notes_before_restore" });
      const swap = [
        ["notes", "notes_restoring"],
        ["notes_before_restore", "notes"],
        ["notes_restoring", "notes_before_restore"],
      ] as const;
      assert.deepEqual(changes(played.calls), [renamingSql(swap).trim()]);
    },
  );

  scene("goes when it is let go", restoring("", { operation: "let go" }, kept), (played) => {
    assert.deepEqual(receiptOf(played), { kept: "notes_before_restore" });
    assert.deepEqual(changes(played.calls), ['DROP DATABASE IF EXISTS "notes_before_restore" WITH (FORCE);']);
  });

  for (const operation of ["back", "let go"]) {
    scene(`is missed: ${operation}`, restoring("", { operation }), (played) => {
      assert.deepEqual(failureOf(played), [
        "restore: expected a database from before a restore, got no notes_before_restore; restore a dump first with npx towpath restore --stack production",
      ]);
    });
  }
});

describe("the room on a disk", () => {
  it("is read from df, and not known where that prints something else", () => {
    assert.equal(freeIn("Filesystem 1024-blocks\\noverlay 10 2 8 20% /\\n"), 8192);
    assert.equal(freeIn("df: no such file"), undefined);
  });
});

describe("a look at dumps", function () {
  this.timeout(60_000);

  const facts = `{"why":"schedule","due":"","sha256":"abc","bytes":4096,"entries":1}`;
  scene(
    "finds them with their facts, the newest first, and what a restore has kept",
    restoring(
      `"logs restorer") printf '  3 2026-01-01T03-04-05Z-scheduled.dump \n4096 ${file} ${facts}\n9 foreign.dump {"why":1}\n' ;;`,
      { operation: "look" },
      `*"datname IN"*) echo notes_before_restore ;;`,
    ),
    (played) => {
      assert.deepEqual(receiptOf(played), {
        dumps: [
          { file: "foreign.dump", bytes: 9 },
          { file, bytes: 4096, facts: { why: "schedule", sha256: "abc", bytes: 4096 } },
          { file: "2026-01-01T03-04-05Z-scheduled.dump", bytes: 3 },
        ],
        kept: "notes_before_restore",
      });
      assert.equal(typed(played.calls)[0], `${asked} postgres`);
    },
  );

  scene(
    "says that there is no volume to look into",
    restoring(`wait*) echo 1 ;; "logs restorer") echo "cannot open" ;;`, { operation: "look" }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        'restore: the volume notes-production-backups could not be looked into, got "cannot open"; mend that and run the command again',
      ]);
    },
  );

  it("passes over what is no dump, and facts that nobody can read", () => {
    assert.deepEqual(dumpsIn("hello\n1 a.dump not json\n"), [{ file: "a.dump", bytes: 1 }]);
  });
});
