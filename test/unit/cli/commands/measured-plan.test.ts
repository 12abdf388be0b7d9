import assert from "node:assert/strict";
import { notMeasured, withMeasurements } from "../../../../cli/commands/measured-plan.ts";
import type { AskedMigrations, Migrations } from "../../../../cli/commands/migrations.ts";
import type { StackPlan } from "../../../../cli/plan/stack-plan.ts";
import { Problem } from "../../../../cli/problem.ts";
import { dangerousMigration, quiet, quietPlan } from "../../../support/comment-facts.ts";
import { projectIn } from "../project-in.ts";
import { recordedProgress } from "../quiet.ts";

const migrating: StackPlan = { ...quietPlan("staging"), facts: { ...quiet, migration: dangerousMigration } };
const statement = { statement: "ALTER TABLE notes ADD a int", locks: [], findings: [] };

describe("a plan with measured migrations", () => {
  async function measured(
    plan: StackPlan,
    answer: Pick<Migrations, "facts"> | Error = { facts: { statements: [statement] } },
  ): Promise<{ plan: StackPlan; asked: AskedMigrations[] }> {
    const asked: AskedMigrations[] = [];
    const measure = (wish: AskedMigrations): Promise<Migrations> => {
      asked.push(wish);
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({
        stack: wish.stack,
        commit: wish.commit ?? "",
        revisions: ["0007"],
        ...answer,
      });
    };
    const project = projectIn(process.cwd());
    return { plan: await withMeasurements(plan, recordedProgress(), project, measure), asked };
  }

  it("says what they did on the schema that is there, for the commit that is planned", async () => {
    const { plan, asked } = await measured(migrating);
    assert.deepEqual(asked, [{ stack: "staging", commit: quiet.release.commit }]);
    assert.deepEqual(plan.facts?.migration, {
      revisions: dangerousMigration.revisions,
      facts: { statements: [statement] },
    });
  });

  it("is as it was where there are none, or no database that is kept", async () => {
    for (const plan of [
      quietPlan("staging"),
      { ...migrating, stack: "pr-12" },
      { ...quietPlan("staging"), facts: { ...quiet, current: undefined } as unknown as typeof quiet },
    ]) {
      assert.deepEqual(await measured(plan), { plan, asked: [] });
    }
    assert.deepEqual((await measured(migrating, { facts: { statements: [] } })).plan, migrating);
  });

  it("says why nothing was measured, and keeps what was read", async () => {
    const { plan } = await measured(migrating, new Problem("migrations: no machine\nwith its log"));
    const warning = notMeasured("staging", "migrations: no machine");
    assert.deepEqual(plan, { ...migrating, warnings: [warning] });
    assert.equal(
      warning,
      "migrations: what they do to staging is read from their SQL and not measured: migrations: no machine",
    );
    await assert.rejects(measured(migrating, new TypeError("a defect")), { message: "a defect" });
  });
});
