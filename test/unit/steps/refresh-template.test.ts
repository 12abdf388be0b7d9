/**
 * Making the template, with a fake `docker`. What PostgreSQL does, and that nothing of staging's is left, is proved in
 * test/e2e/hosts.
 */
import assert from "node:assert/strict";
import type { RefreshTemplateInput } from "../../../components/contract/template.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";
import type { Played } from "./play.ts";

const input: RefreshTemplateInput = {
  server: { container: "templates", administrator: "admin" },
  source: {
    ...{ stack: "staging", engine: "unix://staging.sock", container: "db" },
    ...{ administrator: "notes_staging", database: "notes_staging" },
  },
  mask: { file: "mask.sql", sql: "UPDATE users SET email = id;\n" },
  personal: ["users.email"],
  waitSeconds: 5,
};

/** A refresh while the server answers SQL with these words in it so; `!` stands before what else `docker` does then. */
function refreshing(answers: Readonly<Record<string, string>>, more = ""): Scene {
  const all = { pg_database_size: "4096", ...answers };
  const cases = Object.entries(all).map(
    ([words, does]) => `*'${words}'*) ${does.startsWith("!") ? does.slice(1) : `echo '${does}'`} ;;`,
  );
  const script = `case "$*" in ${more}
    *PGAPPNAME*) answer_queries 'echo t' ;;
    *psql*) case "$(cat "$here/input")" in ${cases.join(" ")} esac ;;
  esac`;
  return { program: "refresh-template", input, script };
}

const asBefore = "; the copy was dropped, and the template is as it was before";

/** All SQL, in its order. */
function sqlOf({ calls }: Played): string {
  return calls.map((call) => call.input.toString()).join("\n");
}

/** Fails unless the copy was dropped last, and the template is still there. */
function dropped(played: Played): void {
  const sql = sqlOf(played);
  assert.match(sql, /DROP DATABASE IF EXISTS "towpath_template_next" WITH \(FORCE\);\s*$/);
  assert.doesNotMatch(sql, /RENAME/);
}

describe("the making of a template", function () {
  this.timeout(60_000);

  scene(
    "copies, masks, compares, writes anew and takes the place of the one before",
    refreshing({ FILTER: "0|7" }),
    (played) => {
      assert.deepEqual(receiptOf(played), { bytes: 4096, compared: 1 });
      const steps = [
        /CREATE DATABASE "towpath_template_next" TEMPLATE template0 CONNECTION LIMIT 0/,
        /CREATE UNLOGGED TABLE towpath_unmasked/,
        /SET ROLE "towpath_template";\nUPDATE users SET email = id;/,
        /FILTER/,
        /DROP SCHEMA towpath_unmasked CASCADE;\nVACUUM \(FULL, ANALYZE\)/,
        /"towpath_template" RENAME TO "towpath_template_last"/,
        /"towpath_template_next" RENAME TO "towpath_template"/,
        /DROP DATABASE IF EXISTS "towpath_template_last"/,
      ];
      const sql = sqlOf(played);
      const places = steps.map((step) => sql.slice(sql.indexOf("CREATE DATABASE")).search(step));
      assert.deepEqual(
        places,
        [...places].sort((a, b) => a - b),
      );
      assert.ok(!places.includes(-1));
      const dump = played.calls.find(({ args }) => args.includes("pg_dump"));
      assert.match(dump?.environment ?? "", /^DOCKER_HOST=unix:\/\/staging\.sock$/m);
    },
  );

  scene("is refused when a value of the source is left", refreshing({ FILTER: "3|7" }), (played) => {
    assert.deepEqual(failureOf(played), [
      `towpath:template.mask: expected no value of staging in columns with personal data, got users.email with 3 of 7 rows; give them others in mask.sql${asBefore}`,
    ]);
    dropped(played);
  });

  scene(
    "is refused when a column with personal data is not there",
    refreshing({ information_schema: "users.email" }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `towpath:template.personal: expected columns of the database of staging, got users.email; correct their names${asBefore}`,
      ]);
      dropped(played);
    },
  );

  scene(
    "says why the mask failed, and not of which row",
    refreshing({
      "UPDATE users": `!refuse 'psql:<stdin>:2: ERROR:  duplicate key value violates unique constraint "users_email"' 3`,
    }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `towpath:template.mask: mask.sql failed, got "duplicate key value violates unique constraint "users_email""; correct it${asBefore}`,
      ]);
      dropped(played);
    },
  );

  scene(
    "says why the source could not be dumped",
    refreshing({}, `*pg_dump*) refuse 'Error: No such container: db' ;; *pg_restore*) exit 1 ;;`),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `template: the database of staging could not be dumped, got "Error: No such container: db"${asBefore}`,
      ]);
      dropped(played);
    },
  );

  scene(
    "says why the dump could not be restored, and not of which row",
    refreshing(
      {},
      `*pg_restore*) refuse 'pg_restore: error: COPY failed\nCONTEXT: COPY users, line 1: "ann@example.com"' ;;`,
    ),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `template: the dump of staging could not be restored, got "pg_restore: error: COPY failed"${asBefore}`,
      ]);
      dropped(played);
    },
  );
});
