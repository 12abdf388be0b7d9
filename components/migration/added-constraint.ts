import type { Constraint } from "libpg-query";
import { brief, type Alteration, type Effects, type Taken } from "./effects.ts";
import { nameOf, wordsOf } from "./sql-statements.ts";

/** The effects of ADD CONSTRAINT: what is NOT VALID, or has its index already, is told to the catalog only. */
export function addedConstraint(alteration: Alteration): Effects {
  const { def } = alteration.command;
  if (def === undefined || !("Constraint" in def))
    return { locks: [brief(alteration.table, "ACCESS EXCLUSIVE")] };
  return { locks: locksOf(def.Constraint, alteration) };
}

const validate = "NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own";

function locksOf(constraint: Constraint, { table, known }: Alteration): Taken[] {
  const { contype, keys = [], indexname, pktable, conname = "…" } = constraint;
  const unchecked =
    constraint.skip_validation === true || (constraint.is_enforced === false && contype === "CONSTR_CHECK");
  const columns = keys.map(wordsOf);
  const exclusive = (one: Omit<Taken, "relation" | "mode">): Taken => ({
    ...{ relation: table, mode: "ACCESS EXCLUSIVE", ...one },
  });
  if (contype === "CONSTR_FOREIGN") {
    const parent = pktable === undefined ? "" : nameOf(pktable);
    return [
      unchecked
        ? brief(table, "SHARE ROW EXCLUSIVE")
        : {
            ...{
              relation: table,
              mode: "SHARE ROW EXCLUSIVE",
              work: "reads every row",
              hazard: "foreign-key",
            },
            cause: `every row is looked up in "${parent}", whose writes wait as long`,
            fix: `ADD CONSTRAINT ${conname} FOREIGN KEY … ${validate}`,
          },
      {
        ...{ relation: parent, mode: "SHARE ROW EXCLUSIVE" },
        work: unchecked || known.isFresh(table) ? "brief" : "reads every row",
      },
    ];
  }
  if (contype === "CONSTR_CHECK" && !unchecked) {
    return [
      exclusive({
        ...{ work: "reads every row", hazard: "check-constraint" },
        cause: "the CHECK is tried on every row",
        fix: `ADD CONSTRAINT ${conname} CHECK … ${validate}`,
      }),
    ];
  }
  if (contype === "CONSTR_NOTNULL" && !unchecked && !columns.every((one) => known.isPresent(table, one))) {
    return [
      exclusive({
        ...{ work: "reads every row", hazard: "not-null" },
        cause: `it looks for NULL in "${columns.join('", "')}"`,
        fix: `ADD CONSTRAINT ${conname} NOT NULL … ${validate}`,
      }),
    ];
  }
  if ((contype === "CONSTR_UNIQUE" || contype === "CONSTR_PRIMARY") && indexname === undefined) {
    const kind = contype === "CONSTR_PRIMARY" ? "PRIMARY KEY" : "UNIQUE";
    return [
      exclusive({
        ...{ work: "builds an index", hazard: "unique-constraint" },
        fix: `CREATE UNIQUE INDEX CONCURRENTLY, and ADD CONSTRAINT ${conname} ${kind} USING INDEX`,
      }),
    ];
  }
  if (contype === "CONSTR_EXCLUSION") {
    return [
      exclusive({
        ...{ work: "builds an index", hazard: "exclusion-constraint" },
        fix: "make it while the table is small: there is no way that does not block",
      }),
    ];
  }
  return [brief(table, "ACCESS EXCLUSIVE")];
}
