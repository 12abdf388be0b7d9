import assert from "node:assert/strict";
import { agreementOf } from "../../../../cli/commands/rollback.ts";
import { agree } from "../../../../cli/terminal/agree.ts";
import { notTested } from "../../../../cli/commands/receipt.ts";
import { Problem } from "../../../../cli/problem.ts";
import { checkKeepsRecords } from "../../../../cli/stack/release-records.ts";
import { planRollback, rollbackInWords } from "../../../../cli/stack/rollback-plan.ts";
import type { ReleaseRecord } from "../../../../components/plan/release-record.ts";
import { description, idOf, oldRecord, record } from "../../plan/records.ts";

/** A schema's way from the revision below to this one, with what that took away. */
const schema = (after: string, destructive: string[] = []) => ({
  schema: { before: String(Number(after) - 1), after, applied: [], destructive },
});
const migrations = { service: "api", up: ["up"], down: ["down"], current: ["current"] };
const [a, b, c] = ["a", "b", "c"].map(idOf) as [string, string, string];
const asked = { stack: "production", withDowngrade: false, acceptUnknownSchema: false };

function refused(call: () => unknown, message: string): void {
  assert.throws(call, new Problem(message));
}

describe("a rollback", () => {
  const records = [record("c"), record("b"), record("a")];

  it("goes to the last release that was not rolled back, or to the named one", () => {
    assert.equal(planRollback(records, asked, undefined).to, b);
    assert.equal(planRollback(records, { ...asked, release: a }, undefined).to, a);
    const back = [record("b", { rollbackOf: c }), ...records];
    assert.equal(planRollback(back, asked, undefined).to, a);
    assert.equal(planRollback(back, { ...asked, release: c }, undefined).to, c);
  });

  it("is refused when there is nothing to roll back to", () => {
    refused(
      () => planRollback([], asked, undefined),
      "rollback: expected a release of production, got none; release one first",
    );
    refused(
      () => planRollback([record("a")], asked, undefined),
      "rollback: expected an earlier release of production, got none; there is no other one",
    );
    refused(
      () => planRollback(records, { ...asked, release: c }, undefined),
      `rollback: expected an earlier release of production, got "${c}", which runs already; known are ${b}, ${a}: npx towpath releases --stack production`,
    );
    refused(
      () => planRollback(records, { ...asked, release: "x" }, undefined),
      `rollback: expected an earlier release of production, got "x"; known are ${b}, ${a}: npx towpath releases --stack production`,
    );
  });

  it("is refused when the database does not allow it", () => {
    const taken = [record("b", schema("2", ["2"])), record("a", schema("1"))];
    refused(
      () => planRollback(taken, asked, migrations),
      `rollback: expected a release that the database allows, got ${a}: 2 took something away since; go down to its revision 1 with --with-downgrade, which may lose what was written since`,
    );
    refused(
      () => planRollback([record("b", schema("2")), record("a")], asked, migrations),
      `rollback: expected a release that the database allows, got ${a}: the record of ${a} does not say which revision its schema has; look whether it gets along with the schema as it is and say so with --accept-unknown-schema, or restore a backup from then, or release a repair`,
    );
    assert.equal(planRollback(taken, { ...asked, withDowngrade: true }, migrations).downgrade, true);
    assert.equal(planRollback(records, { ...asked, withDowngrade: true }, undefined).downgrade, false);
    const { down: _, ...upOnly } = migrations;
    refused(
      () => planRollback(taken, asked, upOnly),
      `rollback: expected a release that the database allows, got ${a}: 2 took something away since, and migrations.down is left out; look whether it gets along with the schema as it is and say so with --accept-unknown-schema, or restore a backup from then, or release a repair`,
    );
    assert.equal(planRollback(taken, { ...asked, acceptUnknownSchema: true }, upOnly).downgrade, false);
    refused(
      () => planRollback(taken, { ...asked, withDowngrade: true }, upOnly),
      "rollback: expected migrations.down of the release that runs for --with-downgrade, got none; leave --with-downgrade out, restore a backup from then, or release a repair",
    );
  });

  it("first shows what it will do", () => {
    const now = record("b", {
      settingsHash: "x",
      secretVersions: { JWT_SECRET: "1", NEW: "2" },
      ...schema("2"),
    });
    const plan = planRollback([now, record("a", schema("1"))], asked, migrations);
    const [from, to] = ["b", "a"].map((letter) => letter.repeat(12));
    assert.equal(
      rollbackInWords(plan),
      [
        `production: back to ${a} of commit ${"a".repeat(12)}, released 2026-01-02 03:05 by octocat`,
        `release    ${b}  ->  ${a}`,
        `image api  ${from}  ->  ${to}`,
        `image web  ${from}  ->  ${to}`,
        "description: the same",
        "settings: changed since; the present ones are used",
        "secrets: JWT_SECRET, NEW changed since; the present values are used",
        "schema: compatible: stays at 2, nothing since took anything away",
      ].join("\n"),
    );
  });

  it("shows what happens to the description", () => {
    const said = (then: ReleaseRecord): string | undefined =>
      rollbackInWords(planRollback([record("b"), then], { ...asked, release: then.id }, undefined))
        .split("\n")
        .find((line) => line.startsWith("description"));
    const old = oldRecord("a");
    assert.equal(said(old), `description: the record of ${old.id} does not keep it; the present one is used`);
    assert.equal(
      said(record("a", { description: { ...description, smoke: [] } })),
      `description: smoke changed since; that of ${a} comes back`,
    );
  });

  it("shows what happens to the schema", () => {
    const lastLine = (...args: Parameters<typeof planRollback>): string | undefined =>
      rollbackInWords(planRollback(...args))
        .split("\n")
        .at(-1);
    const down = { ...asked, withDowngrade: true };
    const taken = [record("b", schema("2", ["2"])), record("a", schema("1"))];
    assert.equal(
      lastLine(taken, down, migrations),
      "schema: goes down to 1 first, past 2; what was written since may be lost",
    );
    const added = [record("b", schema("2")), record("a", schema("1"))];
    assert.equal(
      lastLine(added, down, migrations),
      "schema: goes down first, as asked; what was written since may be lost",
    );
    assert.equal(lastLine(records, asked, undefined), "schema: the same");
    const silent = [
      record("b", { schema: { before: "1", after: "2", applied: [] } }),
      record("a", schema("1")),
    ];
    assert.equal(
      lastLine(silent, { ...asked, acceptUnknownSchema: true }, migrations),
      `schema: unknown, accepted: stays as it is, although what was taken away from 1 to 2 is not known, for the record of ${b} does not say it`,
    );
    assert.equal(
      lastLine(silent, down, migrations),
      "schema: goes down first, as asked; what was written since may be lost",
    );
    const back = [record("a", { rollbackOf: b, ...schema("1") }), ...added];
    assert.equal(
      lastLine(back, { ...asked, release: b }, migrations),
      "schema: is brought up to the release by its own migrations",
    );
  });

  it("is not done without confirmation", async () => {
    await assert.rejects(agree(agreementOf({ stack: "production", to: a }), { yes: false, ask: undefined }), {
      message: `rollback: changes what users of production get and has to be agreed to, got no terminal to ask on; use "npx towpath rollback ${a} --stack production --yes"`,
    });
  });
});

describe("commands about releases", () => {
  it("are refused for stacks without releases", () => {
    checkKeepsRecords("staging");
    checkKeepsRecords("production");
    refused(() => {
      checkKeepsRecords("local");
    }, '--stack: expected a stack that is released to, got "local"; take staging or production');
  });

  it("give the receipt of end-to-end tests only to what was tested", () => {
    assert.equal(
      notTested("staging", undefined, undefined),
      "receipt: expected a release of staging, got none; release one and test it first",
    );
    assert.equal(
      notTested("staging", a, b),
      `receipt: expected the release that runs on staging, ${b}, got "${a}"; run the tests against what runs now`,
    );
  });
});
