import assert from "node:assert/strict";
import { rollbackSchema } from "../../../components/release/rollback-schema.ts";
import { idOf, record } from "./records.ts";

const schema = (after: string | undefined, destructive: string[] = []) => ({
  schema: { ...(after !== undefined && { after }), applied: [], destructive },
});

describe("what a rollback means for the schema", () => {
  it("is nothing without migrations, or with the same revision", () => {
    assert.deepEqual(rollbackSchema([record("b"), record("a")], idOf("a"), false), { kind: "same" });
    const records = [record("b", schema("1")), record("a", schema("1", ["1"]))];
    assert.deepEqual(rollbackSchema(records, idOf("a"), true), { kind: "same" });
  });

  it("is that the schema stays when nothing that came since took anything away", () => {
    const records = [record("c", schema("3")), record("b", schema("2")), record("a", schema("1", ["1"]))];
    assert.deepEqual(rollbackSchema(records, idOf("a"), true), { kind: "compatible", revision: "3" });
  });

  it("is that the migrations have to go down past anything that did", () => {
    const records = [record("c", schema("3")), record("b", schema("2", ["2"])), record("a", schema("1"))];
    assert.deepEqual(rollbackSchema(records, idOf("a"), true), {
      kind: "downgrade",
      to: "1",
      destructive: ["2"],
    });
    assert.deepEqual(rollbackSchema(records, idOf("b"), true), { kind: "compatible", revision: "3" });
  });

  it("is left to the migrations of a release that was gone back from", () => {
    const records = [
      record("a", { ...schema("1"), rollbackOf: idOf("b") }),
      record("b", schema("2", ["2"])),
      record("a", schema("1")),
    ];
    assert.deepEqual(rollbackSchema(records, idOf("b"), true), { kind: "forward" });
  });

  it("is not known without a revision", () => {
    const why = (letter: string) =>
      `the record of ${idOf(letter)} does not say which revision its schema has`;
    assert.deepEqual(rollbackSchema([record("b", schema("2")), record("a")], idOf("a"), true), {
      kind: "impossible",
      why: why("a"),
    });
    assert.deepEqual(
      rollbackSchema([record("b", schema(undefined)), record("a", schema("1"))], idOf("a"), true),
      { kind: "impossible", why: why("b") },
    );
    assert.equal(rollbackSchema([record("b")], idOf("a"), true), undefined);
  });
});
