/**
 * The owner of an application's database as the program that a release runs, with a fake `docker`.
 *
 * It cannot prove what PostgreSQL makes of the SQL: test/e2e/hosts/database-owner.test.ts does.
 */
import assert from "node:assert/strict";
import type { CreateOwnerInput } from "../../../components/contract/create-owner.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene } from "./scene.ts";

const input: CreateOwnerInput = {
  container: "notes-staging-postgres",
  administrator: "notes_staging",
  database: "notes_staging",
  role: "notes_staging_app",
  password: "open-'sesame'",
  createsDatabases: false,
};
const psql =
  "exec -i notes-staging-postgres psql --quiet --no-psqlrc --no-align --tuples-only --set ON_ERROR_STOP=1 --set VERBOSITY=terse --username notes_staging --dbname";

describe("the owner of an application's database", function () {
  this.timeout(60_000);

  scene(
    "is no superuser, is given all that is there, and its password is shown nowhere",
    {
      program: "create-owner",
      input,
      script: `case "$(cat "$here/input")" in *"SELECT count"*) echo 12 ;; esac`,
    },
    (played) => {
      assert.deepEqual(receiptOf(played), { role: "notes_staging_app", given: 12 });
      assert.deepEqual(typed(played.calls), [
        `${psql} postgres`,
        `${psql} notes_staging`,
        `${psql} notes_staging`,
      ]);
      const [role = "", , giving = ""] = played.calls.map((call) => call.input.toString());
      assert.match(
        role,
        /ALTER ROLE "notes_staging_app" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD 'open-''sesame''';/,
      );
      assert.match(giving, /^SET lock_timeout = 1000;\n/);
      const open = [played.stdout, ...played.calls.map(({ environment }) => environment)].join("\n");
      assert.doesNotMatch(open, /sesame/);
    },
  );

  scene(
    "fails with the server's error",
    {
      program: "create-owner",
      input,
      script: `refuse 'ERROR:  permission denied to create role' 3`,
    },
    (played) => {
      assert.deepEqual(failureOf(played), ["docker exec: ERROR:  permission denied to create role"]);
      assert.equal(played.calls.length, 1);
    },
  );
});
