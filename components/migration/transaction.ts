import type { Node } from "libpg-query";
import type { Taken } from "./effects.ts";
import { waitsFor, type LockMode } from "./lock-modes.ts";
import type { Finding } from "./migration-facts.ts";
import { partsOf, wordsOf, wordsOfAll } from "./sql-statements.ts";

/** The transaction that a statement is in, as the SQL opens and closes it: locks are held to its end. */
export class Transaction {
  private open = false;
  private limited = false;
  private limitedHere = false;
  private told = false;
  private readonly held = new Map<string, { mode: LockMode; since: string }>();
  private readonly addedValues = new Set<string>();

  /** Takes in a statement that opens or closes it, or limits the wait for locks. */
  follow(node: Node, isNew: (kind: string, name: string) => boolean): void {
    if ("TransactionStmt" in node) {
      const { kind } = node.TransactionStmt;
      if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") this.open = true;
      if (kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK") this.end();
    }
    if ("AlterEnumStmt" in node && this.open) {
      const { newVal = "" } = node.AlterEnumStmt;
      if (newVal !== "" && !isNew("type", wordsOfAll(node.AlterEnumStmt.typeName)))
        this.addedValues.add(newVal);
    }
    if ("VariableSetStmt" in node) {
      const { name, kind, args = [], is_local: local = false } = node.VariableSetStmt;
      if (kind === "VAR_RESET_ALL") this.limited = false;
      if (name !== "lock_timeout") return;
      const limits = kind === "VAR_SET_VALUE" && !args.some(isZero);
      if (local) this.limitedHere = limits;
      else this.limited = limits;
    }
  }

  /** Returns the reason for which the server refuses the statement inside of this transaction. */
  refusals(node: Node, outside: boolean): Finding[] {
    if (!this.open) return [];
    if (outside) {
      return [
        {
          ...{ hazard: "outside-of-transaction", kind: "fails" },
          words: "fails: the server refuses it inside of a transaction",
          fix: "run it outside of the migration's transaction",
        },
      ];
    }
    if ("AlterEnumStmt" in node) return [];
    const used = partsOf("A_Const", node)
      .map((one) => ("sval" in one ? (one.sval.sval ?? "") : ""))
      .find((value) => this.addedValues.has(value));
    if (used === undefined) return [];
    return [
      {
        ...{ hazard: "enum-value-in-transaction", kind: "fails" },
        words: `fails: the value '${used}' of an enum can be used only after the transaction that adds it`,
        fix: "commit after ALTER TYPE … ADD VALUE: a migration of its own",
      },
    ];
  }

  /** What is held by earlier statements while this one works for long. */
  heldMeanwhile(heavy: readonly Taken[]): Finding[] {
    const [work] = heavy;
    if (work === undefined) return [];
    return [...this.held].flatMap(([relation, { mode, since }]): Finding[] => {
      const waiting = waitsFor(mode);
      const itself = heavy.some(
        ({ hazard, ...one }) => hazard !== undefined && one.relation === relation && one.mode === mode,
      );
      if (waiting === undefined || itself) return [];
      return [
        {
          ...{ hazard: "long-transaction", kind: "lock", relation, mode },
          words: `works on "${work.relation}" while ${waiting} of "${relation}" wait for the end of the transaction, which locked it for ${since}`,
          fix: "commit before it: a migration of its own",
        },
      ];
    });
  }

  /** Advice for the first lock that everything queues behind while it is waited for. */
  withoutLimit(locks: readonly Taken[]): Finding[] {
    const first = locks.find(({ mode }) => waitsFor(mode) !== undefined);
    if (first === undefined || this.limited || this.limitedHere || this.told) return [];
    this.told = true;
    const { relation, mode } = first;
    return [
      {
        ...{ hazard: "no-lock-timeout", kind: "note", relation, mode },
        words: `waits without a limit for what runs on "${relation}", and ${waitsFor(mode) ?? ""} of it queue behind it`,
        fix: "SET lock_timeout = '2s' before it, and try again where it was reached",
      },
    ];
  }

  /** Keeps in mind a lock to the end of the transaction. */
  hold({ relation, mode }: Taken, statement: string): void {
    if (!this.open || waitsFor(mode) === undefined) return;
    const before = this.held.get(relation);
    if (before?.mode === "ACCESS EXCLUSIVE") return;
    this.held.set(relation, { mode, since: shortened(statement) });
  }

  private end(): void {
    this.open = false;
    this.limitedHere = false;
    this.held.clear();
    this.addedValues.clear();
  }
}

/** A statement that is named in another's words. */
function shortened(statement: string): string {
  return statement.length > 60 ? `${statement.slice(0, 60)} …` : statement;
}

function isZero(value: Node): boolean {
  if (!("A_Const" in value)) return wordsOf(value) === "default" || wordsOfAll([value]) === "0";
  const { A_Const: constant } = value;
  if ("ival" in constant) return (constant.ival.ival ?? 0) === 0;
  return "sval" in constant && /^0\s*\w*$/.test(constant.sval.sval ?? "");
}
