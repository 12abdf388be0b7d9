/**
 * The making of a role as the program that the checks' stack runs, with a fake `docker`.
 *
 * It cannot prove that PostgreSQL takes the SQL: test/e2e does.
 */
import assert from "node:assert/strict";
import { identifier, literal } from "../../../steps/database/databases.ts";
import { typed } from "./play.ts";
import { failureOf, receiptOf, scene } from "./scene.ts";
import type { CreateRoleInput } from "../../../components/contract/create-role.ts";

const input: CreateRoleInput = {
  container: "notes-ci-postgres",
  administrator: "postgres",
  role: "notes",
  password: "open-'sesame'",
};
const psql =
  "exec -i notes-ci-postgres psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres";

describe("the creation of a role", function () {
  this.timeout(60_000);

  scene(
    "gives it a database, and does not show its password",
    { program: "create-role", input, script: "" },
    (played) => {
      assert.deepEqual(receiptOf(played), { role: "notes" });
      assert.deepEqual(typed(played.calls), [psql, psql]);
      assert.deepEqual(
        played.calls.map((call) => call.input.toString()),
        [
          `CREATE ROLE "notes" LOGIN CREATEDB PASSWORD 'open-''sesame''';\n`,
          'CREATE DATABASE "notes" OWNER "notes";\n',
        ],
      );
      const open = [played.stdout, ...played.calls.map(({ environment }) => environment)].join("\n");
      assert.doesNotMatch(open, /sesame/);
    },
  );

  scene(
    "fails with the server's error",
    { program: "create-role", input, script: `refuse 'ERROR:  role "notes" already exists' 3` },
    (played) => {
      assert.deepEqual(failureOf(played), ['docker exec: ERROR:  role "notes" already exists']);
      assert.equal(played.calls.length, 1);
    },
  );
});

describe("a value in SQL", () => {
  it("is quoted", () => {
    assert.equal(identifier('a"; DROP ROLE "b'), '"a""; DROP ROLE ""b"');
    assert.equal(literal("it's"), "'it''s'");
  });
});
