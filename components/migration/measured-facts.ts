import type { MeasuredOn, MeasureMigrationsReceipt, TriedResult } from "../contract/measure-migrations.ts";
import { defined } from "../input/defined.ts";
import { waitsFor, type LockMode } from "./lock-modes.ts";
import type { Finding, MigrationFacts, StatementFacts } from "./migration-facts.ts";

/** Puts what was measured beside what was read. */
export function measuredFacts(
  read: readonly StatementFacts[],
  { statements, on, oldRelease }: MeasureMigrationsReceipt,
): MigrationFacts {
  return {
    on,
    statements: read.map((facts, index) => {
      const result = statements[index];
      return result === undefined ? facts : withResult(facts, result, on);
    }),
    ...(oldRelease?.lives === undefined
      ? defined({ untried: oldRelease?.words })
      : { oldRelease: { lives: oldRelease.lives, words: oldRelease.words } }),
  };
}

/** Says what was measured on, and when its rows are from. */
export function measuredOnInWords(on: MeasuredOn): string {
  if (on.kind === "schema")
    return `measured on an empty schema${on.why === undefined ? "" : `, and on no clone of the template: ${on.why}`}`;
  const at = on.at.replace("T", " ").slice(0, 16);
  return `measured on a clone of the template of ${at} UTC, about ${on.rows.toLocaleString("en-US")} rows`;
}

function withResult(
  facts: StatementFacts,
  { problem, cancelledAfter, locks: taken, ...result }: TriedResult,
  on: MeasuredOn,
): StatementFacts {
  const locks = taken.map((lock) => ({ ...lock, mode: lock.mode as LockMode }));
  return {
    ...facts,
    findings: [
      ...(problem === undefined ? [] : [failure(problem, on)]),
      ...(cancelledAfter === undefined ? [] : [tooLong(cancelledAfter, locks)]),
      ...facts.findings,
    ],
    measured: { ...result, locks },
  };
}

function failure(problem: string, { kind }: MeasuredOn): Finding {
  const where = kind === "template" ? "a clone of the template" : "the schema that is there";
  return { hazard: "failed", kind: "fails", words: `fails on ${where}: ${problem}` };
}

/** What is known of a statement that was cancelled: that others wait as long at least where they have to wait. */
function tooLong(
  seconds: number,
  locks: readonly { readonly relation: string; readonly mode: LockMode }[],
): Finding {
  const words = `is not done within ${seconds} s, and was cancelled`;
  const [blocking] = locks.filter(({ mode }) => waitsFor(mode) !== undefined);
  if (blocking === undefined) return { hazard: "too-long", kind: "note", words };
  const { relation, mode } = blocking;
  return { hazard: "too-long", kind: "lock", relation, mode, words };
}
