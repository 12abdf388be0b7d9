import type { Node } from "libpg-query";
import { alterationEffects } from "./alteration-locks.ts";
import { brief, type Effects, type Surroundings, type Taken } from "./effects.ts";
import { lockModes } from "./lock-modes.ts";
import { changedRows } from "./row-locks.ts";
import { kindOf } from "./schema-so-far.ts";
import { nameOf, partsOf, wordsOf, type Body, type Kind } from "./sql-statements.ts";

/** The effects of each kind of statement that locks tables, as PostgreSQL's documentation of it says. */
const rules: { readonly [K in Kind]?: (body: Body<K>, around: Surroundings) => Effects } = {
  AlterTableStmt: alterationEffects,
  IndexStmt: newIndex,
  CreateStmt: newTable,
  DropStmt: dropped,
  TruncateStmt: ({ relations = [], behavior }) => ({
    locks: relations.map((one) => brief(wordsOf(one), "ACCESS EXCLUSIVE")),
    findings:
      behavior === "DROP_CASCADE"
        ? relations.map((one) => ({
            ...{ hazard: "truncate-cascade", kind: "data", relation: wordsOf(one), mode: "ACCESS EXCLUSIVE" },
            words: `empties every table that refers to "${wordsOf(one)}" as well`,
            fix: "name the tables that are meant",
          }))
        : [],
  }),
  RenameStmt: ({ renameType, relation }) => ({
    locks:
      relation === undefined
        ? []
        : [
            brief(
              nameOf(relation),
              renameType === "OBJECT_INDEX" ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE",
            ),
          ],
  }),
  AlterObjectSchemaStmt: ({ relation }) => exclusively(relation),
  VacuumStmt: ({ options = [], rels = [], is_vacuumcmd: vacuums = false }) => {
    const full = options.some((one) => "DefElem" in one && one.DefElem.defname === "full");
    const tables = rels.flatMap((one) =>
      "VacuumRelation" in one && one.VacuumRelation.relation !== undefined
        ? [nameOf(one.VacuumRelation.relation)]
        : [],
    );
    if (!full) return { locks: tables.map((table) => brief(table, "SHARE UPDATE EXCLUSIVE")) };
    const all = tables.length > 0 ? tables : ["every table"];
    return {
      locks: all.map((table) => maintained(table, "pg_repack or pg_squeeze do it while others go on")),
      ...outside(vacuums),
    };
  },
  ClusterStmt: ({ relation }) => ({
    locks: [
      maintained(
        relation === undefined ? "every table" : nameOf(relation),
        "pg_repack does it while others go on",
      ),
    ],
  }),
  ReindexStmt: reindexed,
  RefreshMatViewStmt: ({ relation, concurrent = false, skipData = false }) => {
    const view = relation === undefined ? "" : nameOf(relation);
    if (concurrent || skipData)
      return { locks: [brief(view, concurrent ? "EXCLUSIVE" : "ACCESS EXCLUSIVE")] };
    return { locks: [maintained(view, "REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index of it")] };
  },
  LockStmt: ({ relations = [], mode = 8 }) => ({
    locks: relations.map((one) => brief(wordsOf(one), lockModes[mode - 1] ?? "ACCESS EXCLUSIVE")),
    findings: relations
      .filter(() => mode >= 5)
      .map((one) => ({
        ...{
          hazard: "explicit-lock",
          kind: "lock",
          relation: wordsOf(one),
          mode: lockModes[mode - 1] ?? "ACCESS EXCLUSIVE",
        },
        words: `locks "${wordsOf(one)}" to the end of the transaction`,
        fix: "leave it to the statements to take what they need",
      })),
  }),
  CreateTrigStmt: ({ relation }) => ({
    locks: relation === undefined ? [] : [brief(nameOf(relation), "SHARE ROW EXCLUSIVE")],
  }),
  RuleStmt: ({ relation }) => exclusively(relation),
  CreatePolicyStmt: ({ table }) => exclusively(table),
  AlterPolicyStmt: ({ table }) => exclusively(table),
  CommentStmt: ({ objtype, object }) => ({
    locks:
      objtype === "OBJECT_TABLE" || objtype === "OBJECT_COLUMN"
        ? [
            brief(
              objtype === "OBJECT_TABLE" ? wordsOf(object) : withoutLast(wordsOf(object)),
              "SHARE UPDATE EXCLUSIVE",
            ),
          ]
        : [],
  }),
  CreateStatsStmt: ({ relations = [] }) => ({
    locks: relations.map((one) => brief(wordsOf(one), "SHARE UPDATE EXCLUSIVE")),
  }),
  AlterDomainStmt: ({ subtype, typeName = [], def }) => {
    const unchecked = def !== undefined && "Constraint" in def && def.Constraint.skip_validation === true;
    const domain = typeName.map(wordsOf).join(".");
    if (!(subtype === "C" || subtype === "O") || unchecked) return { locks: [] };
    return {
      locks: [],
      findings: [
        {
          ...{ hazard: "check-constraint", kind: "lock", mode: "SHARE" },
          words: `reads every row of all tables with a column of the domain "${domain}" while their writes wait`,
          fix: "add it NOT VALID, and VALIDATE CONSTRAINT in a transaction of its own",
        },
      ],
    };
  },
  InsertStmt: (body, around) => changedRows({ InsertStmt: body }, around),
  UpdateStmt: (body, around) => changedRows({ UpdateStmt: body }, around),
  DeleteStmt: (body, around) => changedRows({ DeleteStmt: body }, around),
  MergeStmt: (body, around) => changedRows({ MergeStmt: body }, around),
  SelectStmt: (body, around) => changedRows({ SelectStmt: body }, around),
  CopyStmt: ({ relation, is_from: fills = false }) => ({
    locks:
      fills && relation !== undefined
        ? [{ relation: nameOf(relation), mode: "ROW EXCLUSIVE", work: "changes rows" }]
        : [],
  }),
};

/** What a statement locks and endangers, each lock on whatever table; the caller knows which of them matter. */
export function effectsOf(node: Node, around: Surroundings): Effects {
  const [[kind, body] = ["", undefined]] = Object.entries(node);
  const rule = rules[kind as Kind] as ((body: unknown, around: Surroundings) => Effects) | undefined;
  return rule?.(body, around) ?? { locks: [] };
}

function newIndex(
  { relation, concurrent = false, idxname = "", if_not_exists: perhaps = false }: Body<"IndexStmt">,
  { known }: Surroundings,
): Effects {
  const table = relation === undefined ? "" : nameOf(relation);
  if (concurrent) {
    const words = `says that "${idxname}" is there also when an earlier try has left it invalid: then no query uses it, and nothing is unique by it`;
    return {
      locks: [{ relation: table, mode: "SHARE UPDATE EXCLUSIVE", work: "builds an index" }],
      findings: [
        ...(perhaps && !known.droppedIndexes.has(idxname)
          ? [
              {
                ...({ hazard: "invalid-index", kind: "fails", relation: table, words } as const),
                fix: `DROP INDEX CONCURRENTLY IF EXISTS ${idxname} before it, and no IF NOT EXISTS`,
              },
            ]
          : []),
      ],
      ...outside(true),
    };
  }
  // An index ON ONLY a partitioned table holds nothing until those of the partitions are attached.
  if (relation?.inh !== true) return { locks: [brief(table, "SHARE")] };
  return {
    locks: [
      {
        ...{ relation: table, mode: "SHARE", work: "builds an index", hazard: "index-build" },
        fix: "CREATE INDEX CONCURRENTLY, outside of a transaction",
      },
    ],
  };
}

function newTable(
  { relation, inhRelations = [], partbound, tableElts = [] }: Body<"CreateStmt">,
  { known }: Surroundings,
): Effects {
  const table = relation === undefined ? "" : nameOf(relation);
  const parents = partsOf("Constraint", tableElts).flatMap(({ pktable }) =>
    pktable === undefined ? [] : [nameOf(pktable)],
  );
  const above = inhRelations.map(wordsOf);
  const others = above.flatMap((one) => known.defaultPartitionOf(one) ?? []);
  return {
    locks: [
      ...[...new Set(parents)].filter((one) => one !== table).map((one) => brief(one, "SHARE ROW EXCLUSIVE")),
      ...above.map((one) =>
        brief(one, partbound === undefined ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE"),
      ),
      ...(partbound === undefined || partbound.is_default === true ? [] : others).map((one): Taken => ({
        ...{ relation: one, mode: "ACCESS EXCLUSIVE", work: "reads every row", hazard: "partition-attach" },
        cause: `no row of the default partition may belong to "${table}"`,
        fix: "give the default partition a CHECK that excludes the bound first (NOT VALID, then VALIDATE)",
      })),
    ],
  };
}

function dropped(
  { removeType = "OBJECT_TABLE", objects = [], behavior, concurrent = false }: Body<"DropStmt">,
  { known }: Surroundings,
): Effects {
  const kind = kindOf(removeType);
  const names = objects.map(wordsOf);
  if (kind === "index") {
    const tables = names.map((name) => known.tableOf(name) ?? name);
    return {
      locks: tables.map((table) => brief(table, concurrent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE")),
      findings: concurrent
        ? []
        : tables.map((table) => ({
            ...{ hazard: "index-drop", kind: "note", relation: table, mode: "ACCESS EXCLUSIVE" },
            words: `waits for every query of "${table}", and reads and writes of it queue behind it`,
            fix: "DROP INDEX CONCURRENTLY, outside of a transaction",
          })),
      ...(concurrent && outside(true)),
    };
  }
  if (["trigger", "rule", "policy"].includes(kind)) {
    return { locks: names.map((name) => brief(withoutLast(name), "ACCESS EXCLUSIVE")) };
  }
  if (
    !["table", "view", "materialized view", "type", "schema", "function", "domain", "sequence"].includes(kind)
  ) {
    return { locks: [] };
  }
  const locked = ["table", "view", "materialized view"].includes(kind);
  return {
    locks: locked ? names.map((name) => brief(name, "ACCESS EXCLUSIVE")) : [],
    findings:
      behavior === "DROP_CASCADE"
        ? names
            .filter((name) => !known.isFresh(name))
            .map((name) => ({
              ...{ hazard: "drop-cascade", kind: "breaks", ...(locked && { relation: name }) },
              words: `drops everything that depends on the ${kind} "${name}" as well: views, foreign keys, defaults`,
              fix: "drop what is meant by its name, without CASCADE",
            }))
        : [],
  };
}

function reindexed({ kind, relation, params = [] }: Body<"ReindexStmt">, { known }: Surroundings): Effects {
  const concurrently = params.some((one) => "DefElem" in one && one.DefElem.defname === "concurrently");
  const name = relation === undefined ? "every table" : nameOf(relation);
  const table = kind === "REINDEX_OBJECT_INDEX" ? (known.tableOf(name) ?? name) : name;
  if (concurrently) {
    return {
      locks: [{ relation: table, mode: "SHARE UPDATE EXCLUSIVE", work: "builds an index" }],
      ...outside(true),
    };
  }
  return {
    locks: [
      {
        ...{ relation: table, mode: "SHARE", work: "builds an index", hazard: "maintenance" },
        cause: "queries that may use the index wait as long",
        fix: "REINDEX … CONCURRENTLY",
      },
    ],
  };
}

function maintained(relation: string, fix: string): Taken {
  return { relation, mode: "ACCESS EXCLUSIVE", work: "writes every row", hazard: "maintenance", fix };
}

function exclusively(relation: Body<"RangeVar"> | undefined): Effects {
  return { locks: relation === undefined ? [] : [brief(nameOf(relation), "ACCESS EXCLUSIVE")] };
}

function outside(really: boolean): Pick<Effects, "outsideOfTransaction"> {
  return { outsideOfTransaction: really };
}

function withoutLast(name: string): string {
  return name.split(".").slice(0, -1).join(".");
}
