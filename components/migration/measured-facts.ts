import type { MeasureMigrationsReceipt, TriedResult } from "../contract/measure-migrations.ts";
import { defined } from "../input/defined.ts";
import type { LockMode } from "./lock-modes.ts";
import type { Finding, MigrationFacts, StatementFacts } from "./migration-facts.ts";

/** Puts what was measured beside what was read. */
export function measuredFacts(
  read: readonly StatementFacts[],
  { statements, oldRelease }: MeasureMigrationsReceipt,
): MigrationFacts {
  return {
    statements: read.map((facts, index) => {
      const result = statements[index];
      return result === undefined ? facts : withResult(facts, result);
    }),
    ...(oldRelease?.lives === undefined
      ? defined({ untried: oldRelease?.words })
      : { oldRelease: { lives: oldRelease.lives, words: oldRelease.words } }),
  };
}

function withResult(facts: StatementFacts, { problem, locks, ...result }: TriedResult): StatementFacts {
  const failure: Finding = {
    ...{ hazard: "failed", kind: "fails" },
    words: `fails on the schema that is there: ${problem ?? ""}`,
  };
  return {
    ...facts,
    findings: [...(problem === undefined ? [] : [failure]), ...facts.findings],
    measured: { ...result, locks: locks.map((lock) => ({ ...lock, mode: lock.mode as LockMode })) },
  };
}
