import type { Node, RangeVar } from "libpg-query";
import type { Effects, Surroundings, Taken } from "./effects.ts";
import { isAccount } from "./row-changes.ts";
import { nameOf, partsOf, wordsOf } from "./sql-statements.ts";

/** The effects of statements that change rows: others wait for the same rows, to the end of the transaction. */
export function changedRows(statement: Node, { known }: Surroundings): Effects {
  const inserted = partsOf("InsertStmt", statement).flatMap(({ relation, selectStmt: query }) => {
    const selects =
      query !== undefined && "SelectStmt" in query && (query.SelectStmt.fromClause ?? []).length > 0;
    return lockOf(relation, selects ? "changes rows" : "brief");
  });
  const changed = [
    ...partsOf("UpdateStmt", statement),
    ...partsOf("DeleteStmt", statement),
    ...partsOf("MergeStmt", statement).map(({ relation }) => ({ relation, whereClause: undefined })),
  ].flatMap(({ relation, whereClause: where }) => {
    const table = relation === undefined ? "" : nameOf(relation);
    const bounded = isLimited(statement) || isFew(where, (column) => known.isUnique(table, column));
    return lockOf(relation, bounded ? "brief" : "changes rows").map((one) =>
      bounded
        ? one
        : {
            ...one,
            hazard: "unbatched-change" as const,
            fix: "change them in batches of some thousand, each in a transaction of its own",
          },
    );
  });
  const looked = partsOf("LockingClause", statement).length > 0 ? partsOf("RangeVar", statement) : [];
  return {
    locks: [
      ...inserted,
      ...changed,
      ...(inserted.length + changed.length > 0 ? [] : looked).map((table): Taken => ({
        relation: nameOf(table),
        mode: "ROW SHARE",
        work: "brief",
      })),
    ],
  };
}

function lockOf(relation: RangeVar | undefined, work: Taken["work"]): Taken[] {
  const table = relation === undefined ? "" : nameOf(relation);
  return isAccount(table) ? [] : [{ relation: table, mode: "ROW EXCLUSIVE", work }];
}

/** Tells whether a part of the statement chooses a number of rows. */
function isLimited(statement: Node): boolean {
  return partsOf("SelectStmt", statement).some(({ limitCount: limit }) => limit !== undefined);
}

/** Tells whether a condition lets few rows through: a value of a unique column, a list of them, or a range with two ends. */
function isFew(where: Node | undefined, isUnique: (column: string) => boolean): boolean {
  if (where === undefined) return false;
  if ("BoolExpr" in where) {
    const { boolop, args = [] } = where.BoolExpr;
    if (boolop === "OR_EXPR") return args.every((one) => isFew(one, isUnique));
    if (boolop !== "AND_EXPR") return false;
    return args.some((one) => isFew(one, isUnique)) || hasTwoEnds(args);
  }
  if (!("A_Expr" in where)) return false;
  const { kind, lexpr: left, rexpr: right, name = [] } = where.A_Expr;
  if (left === undefined || !("ColumnRef" in left) || partsOf("ColumnRef", right).length > 0) return false;
  if (kind === "AEXPR_BETWEEN") return true;
  const equal = ["AEXPR_OP", "AEXPR_IN", "AEXPR_OP_ANY"].includes(kind ?? "") && wordsOf(name[0]) === "=";
  return equal && partsOf("SubLink", right).length === 0 && isUnique(wordsOf(left.ColumnRef.fields?.at(-1)));
}

/** Tells whether a column is compared from below and from above. */
function hasTwoEnds(conditions: readonly Node[]): boolean {
  const ends = conditions.flatMap((one) => {
    if (!("A_Expr" in one)) return [];
    const { lexpr: left, name = [] } = one.A_Expr;
    return left !== undefined && "ColumnRef" in left
      ? [{ column: wordsOf(left.ColumnRef.fields?.at(-1)), sign: wordsOf(name[0]) }]
      : [];
  });
  return ends.some(
    ({ column, sign }) =>
      sign.startsWith(">") && ends.some((other) => other.column === column && /^<=?$/.test(other.sign)),
  );
}
