import assert from "node:assert/strict";
import { rollbackSchema } from "../../../components/plan/rollback-schema.ts";
import { idOf, record } from "./records.ts";

/** A schema's way from one revision to another, with what that took away. */
const schema = (before: string, after: string, destructive: readonly string[] = []) => ({
  schema: { before, after, applied: [], destructive },
});
/** The same where nobody knows what was taken away, and perhaps why. */
const unknown = (before: string, after: string, why?: string) => ({
  schema: { before, after, applied: [], ...(why !== undefined && { unknown: why }) },
});
const migrations = { service: "api", up: ["up"], down: ["down"], current: ["current"] };
const [a, b] = ["a", "b"].map(idOf) as [string, string];

describe("the effect of a rollback on the schema", () => {
  it("is none without migrations, or with the same revision", () => {
    assert.deepEqual(rollbackSchema([record("b"), record("a")], a, undefined), { kind: "same" });
    const records = [record("b", schema("1", "1")), record("a", schema("0", "1", ["1"]))];
    assert.deepEqual(rollbackSchema(records, a, migrations), { kind: "same" });
  });

  it("is that the schema stays when no later migration took anything away", () => {
    const records = [
      record("c", schema("2", "3")),
      record("b", schema("1", "2")),
      record("a", schema("0", "1", ["1"])),
    ];
    assert.deepEqual(rollbackSchema(records, a, migrations), { kind: "compatible", revision: "3" });
  });

  it("is that the migrations have to go down when a later one took something away", () => {
    const records = [
      record("c", schema("2", "3")),
      record("b", schema("1", "2", ["2"])),
      record("a", schema("0", "1")),
    ];
    assert.deepEqual(rollbackSchema(records, a, migrations), {
      kind: "downgrade",
      to: "1",
      destructive: ["2"],
    });
    assert.deepEqual(rollbackSchema(records, b, migrations), { kind: "compatible", revision: "3" });
  });

  it("ignores migrations that were undone", () => {
    const records = [
      record("c", schema("1", "3")),
      record("a", { ...unknown("2", "1"), rollbackOf: b }),
      record("b", schema("1", "2", ["2"])),
      record("a", schema("0", "1")),
      record("d", schema("0", "0")),
    ];
    assert.deepEqual(rollbackSchema(records, idOf("d"), migrations), { kind: "compatible", revision: "3" });
  });

  it("is left to the migrations when the release was rolled back before", () => {
    const records = [
      record("a", { ...schema("1", "1"), rollbackOf: b }),
      record("b", schema("1", "2", ["2"])),
      record("a", schema("0", "1")),
    ];
    assert.deepEqual(rollbackSchema(records, b, migrations), { kind: "forward" });
  });

  it("is unknown when a record does not show what its migration took away", () => {
    const with2 = (schema: object) => [
      record("c", schema),
      record("b", { schema: { after: "2", applied: [] } }),
    ];
    const why = "the application describes no migrations.sql";
    assert.deepEqual(rollbackSchema(with2(unknown("2", "3", why)), b, migrations), {
      kind: "unknown",
      to: "2",
      why: `what was taken away from 2 to 3 is not known, for ${why}`,
    });
    // As records from before were kept.
    assert.deepEqual(rollbackSchema(with2(unknown("2", "3")), b, migrations), {
      kind: "unknown",
      to: "2",
      why: `what was taken away from 2 to 3 is not known, for the record of ${idOf("c")} does not say it`,
    });
    assert.deepEqual(rollbackSchema(with2(unknown("3", "3")), b, migrations), {
      kind: "unknown",
      to: "2",
      why: `the record of ${b} leaves the schema at 2, that of ${idOf("c")} finds it at 3`,
    });
    const between = [record("c", schema("2", "3")), record("b"), record("a", schema("0", "1"))];
    assert.deepEqual(rollbackSchema(between, a, migrations), {
      kind: "unknown",
      to: "1",
      why: `the record of ${b} leaves the schema at no revision, that of ${idOf("c")} finds it at 2`,
    });
  });

  it("is a downgrade when something was certainly taken away, whatever else is unknown", () => {
    const records = [
      record("c", unknown("2", "3")),
      record("b", schema("1", "2", ["2"])),
      record("a", schema("0", "1")),
    ];
    assert.deepEqual(rollbackSchema(records, a, migrations), {
      kind: "downgrade",
      to: "1",
      destructive: ["2"],
    });
  });

  it("is unknown where something was taken away and no way leads down", () => {
    const { down: _, ...upOnly } = migrations;
    const taken = [record("b", schema("1", "2", ["2"])), record("a", schema("0", "1"))];
    assert.deepEqual(rollbackSchema(taken, a, upOnly), {
      kind: "unknown",
      why: "2 took something away since, and migrations.down is left out",
    });
    const untold = [record("b", unknown("1", "2", "nobody looked")), record("a", schema("0", "1"))];
    assert.deepEqual(rollbackSchema(untold, a, upOnly), {
      kind: "unknown",
      why: "what was taken away from 1 to 2 is not known, for nobody looked",
    });
    const added = [record("b", schema("1", "2")), record("a", schema("0", "1"))];
    assert.deepEqual(rollbackSchema(added, a, upOnly), { kind: "compatible", revision: "2" });
  });

  it("is unknown where a service migrates by itself, and another image of it ran", () => {
    const atStart = { service: "api", atStart: true } as const;
    const why = "api migrates the schema by itself at its start, and what it took away since is not known";
    assert.deepEqual(rollbackSchema([record("b"), record("a")], a, atStart), { kind: "unknown", why });
    const other = record("b", { images: { ...record("b").images, api: record("a").images.api ?? "" } });
    assert.deepEqual(rollbackSchema([other, record("a")], a, atStart), { kind: "same" });
  });

  it("is unknown without a revision", () => {
    const why = (letter: string) =>
      `the record of ${idOf(letter)} does not say which revision its schema has`;
    assert.deepEqual(rollbackSchema([record("b", schema("1", "2")), record("a")], a, migrations), {
      ...{ kind: "unknown", why: why("a") },
    });
    const silent = [record("b", { schema: { applied: [] } }), record("a", schema("0", "1"))];
    assert.deepEqual(rollbackSchema(silent, a, migrations), { kind: "unknown", why: why("b"), to: "1" });
    assert.equal(rollbackSchema([record("b")], a, migrations), undefined);
  });
});
