import assert from "node:assert/strict";
import { defined } from "../../../components/input/defined.ts";

describe("the defined fields of an object", () => {
  it("are those that are not undefined, in the same order", () => {
    const version: string | undefined = undefined;
    const fields = { commit: "4f2a", version, branch: null, tag: "", number: 0, isDirty: false };
    const known = { commit: "4f2a", branch: null, tag: "", number: 0, isDirty: false };
    assert.equal(JSON.stringify(defined(fields)), JSON.stringify(known));
    assert.equal("version" in defined(fields), false);
  });

  it("are optional when they may be undefined, and only then", () => {
    const given = (text: string): string | undefined => (text === "" ? undefined : text);
    const record: { id: string; commit?: string } = defined({ id: "1", commit: given("") });
    assert.deepEqual(record, { id: "1" });
    // @ts-expect-error: the id may be missing
    const without: { id: string } = defined({ id: given("") });
    assert.deepEqual(without, {});
  });
});
