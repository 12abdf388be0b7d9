import assert from "node:assert/strict";
import { databaseNameOf } from "../../../components/application/database-name.ts";
import { parseApplication } from "../../../components/application/parse.ts";
import { messageOf, refusalOf } from "../assert-refused.ts";
import { notes } from "./notes.ts";

const refused = refusalOf(parseApplication, notes);
const named = (database: unknown): object => ({ postgres: { version: 16, database } });
const facts = { environment: "pr-12", namespace: "notes-pr-12" };

describe("the name of the database", () => {
  it("is given, and has the environment and the namespace in it where it differs (002-96c)", () => {
    assert.equal(databaseNameOf("finance_report", facts), "finance_report");
    assert.equal(databaseNameOf("finance_report_${environment}", facts), "finance_report_pr_12");
    assert.equal(databaseNameOf("${namespace}_data", facts), "notes_pr_12_data");
    const { postgres } = parseApplication({ ...notes, ...named("finance_report") });
    assert.deepEqual(postgres, { version: 16, database: "finance_report" });
  });

  it("is refused with what no name of PostgreSQL has without quotes", () => {
    const expected =
      "expected a name of lower-case letters, digits and underscores, from a letter on, with ${environment} and ${namespace} in it where it differs";
    for (const [given, shown] of [
      ["Finance", '"Finance"'],
      ["finance-report", '"finance-report"'],
      ["1st", '"1st"'],
      ["", '""'],
      ['a"; DROP', '"a\\"; DROP"'],
      ["${environment", '"${environment"'],
      [7, "7"],
    ])
      refused(
        `postgres.database: ${expected}, got ${String(shown)}; for example "finance_report_\${environment}"`,
        named(given),
      );
  });

  it("is refused with an unknown reference, and as what a server has itself", () => {
    refused(
      'postgres.database: no such reference, got "${branch}"; take ${environment} or ${namespace}',
      named("notes_${branch}"),
    );
    for (const name of ["postgres", "template1", "pg_notes"])
      refused(
        `postgres.database: PostgreSQL keeps this name for itself, got "${name}"; take another one`,
        named(name),
      );
  });

  it("is refused when PostgreSQL would cut it, with what is added to it", () => {
    const longest = "n".repeat(48);
    assert.equal(databaseNameOf(longest, facts), longest);
    const pattern = `${"n".repeat(44)}_\${environment}`;
    assert.equal(
      messageOf(() => databaseNameOf(pattern, facts)),
      `postgres.database: expected at most 48 bytes, for PostgreSQL takes 63 and Towpath adds "_before_restore" while it restores, got "${"n".repeat(44)}_pr_12"; take a shorter one`,
    );
  });
});
