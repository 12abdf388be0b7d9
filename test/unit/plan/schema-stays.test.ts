import assert from "node:assert/strict";
import { schemaStays, type ReleasePlan } from "../../../components/plan/plan.ts";
import { imagesOf, record } from "./records.ts";

/** Tells whether the schema stays in a run of which this is known. */
const stays = (plan: Partial<ReleasePlan>): boolean =>
  schemaStays({ rollback: false, changes: true, ...plan } as ReleasePlan);

describe("the schema", () => {
  it("stays in a run that rolls back, and in later runs that release nothing", () => {
    assert.equal(stays({ rollback: true, rollbackOf: "b" }), true);
    assert.equal(stays({ changes: false, rollbackOf: "b" }), true);
  });

  it("stays when the restored images only run with other settings", () => {
    const plan = { images: imagesOf("a"), rollbackOf: "b", current: record("a") };
    assert.equal(stays(plan), true);
    assert.equal(stays({ ...plan, images: imagesOf("b") }), false);
  });

  it("is migrated by a release, even by one after a rollback or one that returns to what was rolled back", () => {
    assert.equal(stays({}), false);
    assert.equal(stays({ rollbackOf: "b" }), false);
    assert.equal(stays({ changes: false }), false);
  });
});
