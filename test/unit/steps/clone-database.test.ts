/** A clone of the template, with a fake `docker`. That its role reaches nothing else is proved in test/e2e/hosts. */
import assert from "node:assert/strict";
import type { CloneDatabaseInput } from "../../../components/contract/template.ts";
import { typed, type Played } from "./play.ts";
import { failureOf, receiptOf, scene, type Scene } from "./scene.ts";

const input: CloneDatabaseInput = {
  server: { container: "templates", administrator: "admin" },
  ...{ clone: "notes_pr_12", password: "open-sesame", labels: { "towpath.namespace": "notes-pr-12" } },
  ...{ network: "notes-pr-12", alias: "notes-pr-12-clone" },
};
const whose = '{"towpath.namespace":"notes-pr-12"}';

/** A clone while the server answers SQL with these words in it so. */
function cloning(answers: Readonly<Record<string, string>>, program = "clone-database"): Scene {
  const all = { pg_database_size: "4096", server_version_num: "150014", ...answers };
  const cases = Object.entries(all).map(([words, answer]) => `*'${words}'*) echo '${answer}' ;;`);
  const script = `case "$*" in
    *psql*) case "$(cat "$here/input")" in ${cases.join(" ")} esac ;;
    "container inspect "*) echo '{"shared":{}}' ;;
  esac`;
  return { program, input, script };
}

function sqlOf({ calls }: Played): string {
  return calls.map((call) => call.input.toString()).join("\n");
}

const joins = "network connect --alias notes-pr-12-clone notes-pr-12 templates";

describe("a clone of the template", function () {
  this.timeout(60_000);

  scene(
    "is copied file by file, for a role of its own, and reached by its own name",
    cloning({}),
    (played) => {
      assert.deepEqual(receiptOf(played), { bytes: 4096, method: "copy" });
      const sql = sqlOf(played);
      assert.match(
        sql,
        /CREATE DATABASE "notes_pr_12" TEMPLATE "towpath_template" STRATEGY FILE_COPY CONNECTION LIMIT 0;\nREVOKE ALL ON DATABASE "notes_pr_12" FROM PUBLIC;/,
      );
      assert.match(sql, /REASSIGN OWNED BY "towpath_template" TO "notes_pr_12"/);
      assert.doesNotMatch(sql, /file_copy_method/);
      // Previews are opened at once, and PostgreSQL refuses two who revoke the same.
      assert.match(
        sql,
        /^SELECT pg_advisory_lock\(\d+\);\s+REVOKE ALL ON DATABASE "postgres", "template1", "admin"/,
      );
      assert.equal(typed(played.calls).at(-1), joins);
      const open = [
        played.stdout,
        ...typed(played.calls),
        ...played.calls.map(({ environment }) => environment),
      ];
      assert.doesNotMatch(open.join("\n"), /open-sesame/);
    },
  );

  scene("shares blocks with it where the server can", cloning({ server_version_num: "180001" }), (played) => {
    assert.deepEqual(receiptOf(played), { bytes: 4096, method: "clone" });
    assert.match(sqlOf(played), /SET file_copy_method = clone;CREATE DATABASE/);
  });

  scene("stays when it is there", cloning({ "FROM pg_database WHERE datname = ": whose }), (played) => {
    // The size is asked with the same words.
    assert.equal((receiptOf(played) as { method: string }).method, "kept");
    assert.doesNotMatch(sqlOf(played), /CREATE DATABASE|DROP/);
    assert.equal(typed(played.calls).at(-1), joins);
  });

  scene(
    "is refused when its name is taken",
    cloning({ shobj_description: '{"towpath.namespace":"other"}' }),
    (played) => {
      assert.deepEqual(failureOf(played), [
        `towpath:data: expected the database notes_pr_12 on templates to be of notes-pr-12, got other; remove that one first`,
      ]);
    },
  );

  scene("is refused while there is no template", cloning({ pg_database_size: "" }), (played) => {
    assert.deepEqual(failureOf(played), [
      "towpath:data: expected a template on templates, got none yet; make one with npx towpath template refresh and run the command again",
    ]);
    assert.doesNotMatch(sqlOf(played), /notes_pr_12" LOGIN/);
  });

  scene(
    "is dropped with its role, and its server leaves the network",
    cloning({}, "drop-clone"),
    (played) => {
      assert.deepEqual(receiptOf(played), { dropped: "notes_pr_12" });
      assert.match(typed(played.calls).join("\n"), /^network disconnect --force notes-pr-12 templates$/m);
      assert.match(
        sqlOf(played),
        /DROP DATABASE IF EXISTS "notes_pr_12" WITH \(FORCE\);\nDROP ROLE IF EXISTS "notes_pr_12";/,
      );
    },
  );

  scene(
    "is gone with its server",
    { program: "drop-clone", input, script: "refuse 'Error: No such container: templates'" },
    (played) => {
      assert.deepEqual(receiptOf(played), {});
    },
  );
});
