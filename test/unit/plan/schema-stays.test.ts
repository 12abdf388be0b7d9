import assert from "node:assert/strict";
import { schemaStays, type ReleasePlan } from "../../../components/plan/plan.ts";
import { imagesOf, record } from "./records.ts";

/** Tells whether the schema stays in a run of which this is known. */
const stays = (plan: Partial<ReleasePlan>): boolean =>
  schemaStays({ rollback: false, changes: true, ...plan } as ReleasePlan);

describe("the schema", () => {
  it("stays in the run that goes back to an earlier release, and in those after it that release nothing", () => {
    assert.equal(stays({ rollback: true, rollbackOf: "b" }), true);
    assert.equal(stays({ changes: false, rollbackOf: "b" }), true);
  });

  it("stays when the images that were gone back to only run otherwise", () => {
    const plan = { images: imagesOf("a"), rollbackOf: "b", current: record("a") };
    assert.equal(stays(plan), true);
    assert.equal(stays({ ...plan, images: imagesOf("b") }), false);
  });

  it("is migrated by a release, also by one that comes after a rollback or returns to what was left", () => {
    assert.equal(stays({}), false);
    assert.equal(stays({ rollbackOf: "b" }), false);
    assert.equal(stays({ changes: false }), false);
  });
});
