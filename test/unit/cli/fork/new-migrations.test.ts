import assert from "node:assert/strict";
import { newMigrations } from "../../../../cli/fork/new-migrations.ts";

const first = "CREATE TABLE notes (id bigint PRIMARY KEY, body text);";
const drop = "ALTER TABLE notes DROP COLUMN body;";

describe("the migrations of a fork that staging has not", () => {
  const found = async (ofFork?: string, ofStaging?: string): Promise<string[]> => {
    const sql = { ...(ofFork !== undefined && { ofFork }), ...(ofStaging !== undefined && { ofStaging }) };
    const { facts, unknown } = await newMigrations(sql, 15);
    return unknown === undefined ? facts.statements.map(({ statement }) => statement) : [unknown];
  };

  it("are what follows staging's own, in one transaction or in several", async () => {
    const one = `BEGIN;\n${first}\nCOMMIT;\n`;
    assert.deepEqual(await found(`BEGIN;\n${first}\n${drop}\nCOMMIT;\n`, one), [drop.slice(0, -1)]);
    assert.deepEqual(await found(`${one}BEGIN;\n${drop}\nCOMMIT;\n`, one), [drop.slice(0, -1)]);
    assert.deepEqual(await found(`-- 0001 -> 0002\n${one}`, one), []);
    assert.deepEqual(await found(one, ""), [first.slice(0, -1)]);
  });

  it("are read for what they lose, and for the tables of staging", async () => {
    const { facts } = await newMigrations({ ofFork: `${first}\n${drop}`, ofStaging: first }, 15);
    const [dropped] = facts.statements;
    assert.deepEqual(
      dropped?.findings.map(({ kind, column }) => [kind, column]),
      [
        ["data", "body"],
        ["note", undefined],
      ],
    );
    assert.deepEqual(
      dropped.locks.map(({ relation, mode }) => `${relation} ${mode}`),
      ["notes ACCESS EXCLUSIVE"],
    );
  });

  it("are not known while nothing is built or kept, when the old ones change, and when nobody can read them", async () => {
    assert.deepEqual(await found(undefined, first), [
      "they are read once the images of this commit are built",
    ]);
    assert.deepEqual(await found(first), [
      "the SQL of staging's own migrations is not kept; it is from the next release to staging on",
    ]);
    assert.deepEqual(await found(drop, first), [
      "they are not staging's own and more after those: what staging has already is changed",
    ]);
    assert.deepEqual(await found("", first), [
      "they are not staging's own and more after those: what staging has already is changed",
    ]);
    assert.deepEqual(await found("CREATE BANANA;", first), ["their SQL cannot be read"]);
  });
});
