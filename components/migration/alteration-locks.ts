import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import { addedColumn } from "./added-column.ts";
import { addedConstraint } from "./added-constraint.ts";
import { columnOf, commandsOf } from "./column-definitions.ts";
import { brief, type Alteration, type Effects, type Surroundings, type Taken } from "./effects.ts";
import type { LockMode } from "./lock-modes.ts";
import type { Finding } from "./migration-facts.ts";
import { nameOf } from "./sql-statements.ts";
import { typeChange } from "./type-changes.ts";

type Subtype = NonNullable<AlterTableCmd["subtype"]>;

/** The parts of an ALTER TABLE that take a weaker lock than ACCESS EXCLUSIVE, as PostgreSQL's documentation of it says. */
const weaker: Readonly<Partial<Record<Subtype, LockMode>>> = {
  AT_SetStatistics: "SHARE UPDATE EXCLUSIVE",
  AT_SetOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ResetOptions: "SHARE UPDATE EXCLUSIVE",
  AT_SetRelOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ResetRelOptions: "SHARE UPDATE EXCLUSIVE",
  AT_ClusterOn: "SHARE UPDATE EXCLUSIVE",
  AT_DropCluster: "SHARE UPDATE EXCLUSIVE",
  AT_DetachPartitionFinalize: "SHARE UPDATE EXCLUSIVE",
  AT_EnableTrig: "SHARE ROW EXCLUSIVE",
  AT_EnableTrigAll: "SHARE ROW EXCLUSIVE",
  AT_EnableTrigUser: "SHARE ROW EXCLUSIVE",
  AT_EnableAlwaysTrig: "SHARE ROW EXCLUSIVE",
  AT_EnableReplicaTrig: "SHARE ROW EXCLUSIVE",
  AT_DisableTrig: "SHARE ROW EXCLUSIVE",
  AT_DisableTrigAll: "SHARE ROW EXCLUSIVE",
  AT_DisableTrigUser: "SHARE ROW EXCLUSIVE",
};

/** The effects of each part of an ALTER TABLE that does more than take its lock for a moment. */
const rules: Readonly<Partial<Record<Subtype, (alteration: Alteration) => Effects>>> = {
  AT_AddColumn: addedColumn,
  AT_AddConstraint: addedConstraint,
  AT_ValidateConstraint: validated,
  AT_DropConstraint: droppedConstraint,
  AT_SetNotNull: needed,
  AT_AlterColumnType: changedType,
  AT_AttachPartition: attached,
  AT_DetachPartition: detached,
  AT_SetLogged: written("changes whether a crash empties it"),
  AT_SetUnLogged: written("changes whether a crash empties it"),
  AT_SetTableSpace: written("moves it to another tablespace"),
  AT_SetAccessMethod: written("changes its access method"),
  AT_SetExpression: written("changes the expression of a stored column"),
  AT_ReplicaIdentity: identified,
  AT_DisableTrigAll: ({ table }) => ({
    locks: [brief(table, "SHARE ROW EXCLUSIVE")],
    findings: [
      {
        hazard: "triggers-off",
        kind: "breaks",
        relation: table,
        mode: "SHARE ROW EXCLUSIVE",
        words: `switches off the triggers of "${table}" and its foreign keys with them: rows that break them come in, and nothing looks at them afterwards`,
        fix: "DISABLE TRIGGER USER leaves the foreign keys on",
      },
    ],
  }),
};

/** The effects of an ALTER TABLE: the parts share one lock, the strongest, and their work is done under it. */
export function alterationEffects({ relation, cmds }: AlterTableStmt, around: Surroundings): Effects {
  const table = relation === undefined ? "" : nameOf(relation);
  const dropped = commandsOf(cmds).flatMap(({ subtype, name = "" }) =>
    subtype === "AT_DropConstraint" ? [name] : [],
  );
  const all = commandsOf(cmds).map((command): Effects => {
    const { subtype, name = "" } = command;
    const rule = subtype === undefined ? undefined : rules[subtype];
    const mode = (subtype === undefined ? undefined : weaker[subtype]) ?? "ACCESS EXCLUSIVE";
    return rule?.({ ...around, table, name, command, dropped }) ?? { locks: [brief(table, mode)] };
  });
  const identified = commandsOf(cmds).some(
    ({ subtype, def }) =>
      subtype === "AT_AddConstraint" &&
      def !== undefined &&
      "Constraint" in def &&
      def.Constraint.contype === "CONSTR_PRIMARY",
  );
  return {
    locks: all.flatMap(({ locks }) => locks),
    findings: all
      .flatMap(({ findings = [] }) => findings)
      .filter(({ hazard }) => hazard !== "replica-identity" || !identified),
  };
}

function validated({ table, name, known }: Alteration): Effects {
  const parent = known.constraint(table, name)?.parent;
  return {
    locks: [
      { relation: table, mode: "SHARE UPDATE EXCLUSIVE", work: "reads every row" },
      ...(parent === undefined ? [] : [brief(parent, "ROW SHARE")]),
    ],
  };
}

function droppedConstraint({ table, name, known }: Alteration): Effects {
  const constraint = known.constraint(table, name);
  const primary = constraint?.primary ?? name.endsWith("_pkey");
  const words = `leaves "${table}" without a primary key: where it is published, every UPDATE and DELETE of it fails from then on`;
  const fix = `give it another identity first: ALTER TABLE ${table} REPLICA IDENTITY USING INDEX …`;
  return {
    locks: [
      brief(table, "ACCESS EXCLUSIVE"),
      ...(constraint?.parent === undefined ? [] : [brief(constraint.parent, "ACCESS EXCLUSIVE")]),
    ],
    findings:
      primary && !known.isIdentified(table) && !known.isFresh(table)
        ? [{ hazard: "replica-identity", kind: "breaks", relation: table, words, fix }]
        : [],
  };
}

function identified({ table, command: { def } }: Alteration): Effects {
  const none =
    def !== undefined && "ReplicaIdentityStmt" in def && def.ReplicaIdentityStmt.identity_type === "n";
  const words = `takes the replica identity of "${table}" away: where it is published, every UPDATE and DELETE of it fails from then on`;
  return {
    locks: [brief(table, "ACCESS EXCLUSIVE")],
    findings: none ? [{ hazard: "replica-identity", kind: "breaks", relation: table, words }] : [],
  };
}

function needed({ table, name, known, version, dropped }: Alteration): Effects {
  if (known.isPresent(table, name, dropped)) return { locks: [brief(table, "ACCESS EXCLUSIVE")] };
  const check = version >= 18 ? `NOT NULL ${name} NOT VALID` : `CHECK (${name} IS NOT NULL) NOT VALID`;
  return {
    locks: [
      {
        ...{ relation: table, mode: "ACCESS EXCLUSIVE", work: "reads every row", hazard: "not-null" },
        cause: `it looks for NULL in "${name}"`,
        fix: `ADD CONSTRAINT … ${check}, VALIDATE CONSTRAINT in a transaction of its own${version >= 18 ? "" : ", and then SET NOT NULL, which no longer looks"}`,
      },
    ],
  };
}

function changedType({ table, name, command, known }: Alteration): Effects {
  const column = columnOf(command);
  if (column?.typeName === undefined) return { locks: [brief(table, "ACCESS EXCLUSIVE")] };
  const converts = column.raw_default !== undefined;
  const change = typeChange(known.typeOf(table, name), column.typeName, { converts });
  if (change === "writes them anew") {
    return {
      locks: [
        {
          ...{ relation: table, mode: "ACCESS EXCLUSIVE", work: "writes every row", hazard: "type-change" },
          cause: `the values of "${name}" get another form`,
          fix: "add a column of the new type, fill it in batches, and change over to it in a later release",
        },
      ],
    };
  }
  const words = `writes "${table}" anew while reads and writes of it wait, unless "${name}" was a shorter varchar before; its type before is not known`;
  const note: Finding = {
    hazard: "type-change",
    kind: "note",
    relation: table,
    mode: "ACCESS EXCLUSIVE",
    words,
  };
  return { locks: [brief(table, "ACCESS EXCLUSIVE")], findings: change === "unknown" ? [note] : [] };
}

function attached({ table, command: { def }, known }: Alteration): Effects {
  const command = def !== undefined && "PartitionCmd" in def ? def.PartitionCmd : undefined;
  const partition = command?.name === undefined ? "" : nameOf(command.name);
  const other = known.defaultPartitionOf(table);
  const scan = (relation: string, cause: string, fix: string): Taken => ({
    ...{ relation, mode: "ACCESS EXCLUSIVE", work: "reads every row", hazard: "partition-attach" },
    ...{ cause, fix: `${fix} (NOT VALID, then VALIDATE)` },
  });
  const ofPartition = known.hasCheck(partition)
    ? brief(partition, "ACCESS EXCLUSIVE")
    : scan(
        partition,
        "every row has to be within the bound",
        "give it a CHECK that says the same as the bound first",
      );
  const ofOther =
    other === undefined || other === partition
      ? []
      : [
          scan(
            other,
            `no row of the default partition may belong to "${partition}"`,
            "give the default partition a CHECK that excludes the bound first",
          ),
        ];
  const words = `reads every row of the default partition of "${table}", if there is one, while reads and writes of it wait`;
  const fix = "give the default partition a CHECK that excludes the bound first (NOT VALID, then VALIDATE)";
  return {
    locks: [brief(table, "SHARE UPDATE EXCLUSIVE"), ofPartition, ...ofOther],
    // Rows that are moved into a new partition come from somewhere, most often from the default one.
    findings:
      other === undefined && known.isFilled(partition) && !known.hasCheck(partition)
        ? [{ hazard: "partition-attach", kind: "lock", relation: table, words, fix }]
        : [],
  };
}

function detached({ table, command: { def }, version }: Alteration): Effects {
  const command = def !== undefined && "PartitionCmd" in def ? def.PartitionCmd : undefined;
  const partition = command?.name === undefined ? "" : nameOf(command.name);
  if (command?.concurrent === true) {
    return {
      locks: [brief(table, "SHARE UPDATE EXCLUSIVE"), brief(partition, "ACCESS EXCLUSIVE")],
    };
  }
  const words = `waits until every query of any partition of "${table}" is over, and all reads and writes of it wait behind it`;
  const fix = version >= 14 ? "DETACH PARTITION … CONCURRENTLY" : "set a short lock_timeout and try again";
  return {
    locks: [brief(table, "ACCESS EXCLUSIVE"), brief(partition, "ACCESS EXCLUSIVE")],
    findings: [
      { hazard: "partition-detach", kind: "lock", relation: table, mode: "ACCESS EXCLUSIVE", words, fix },
    ],
  };
}

function written(cause: string): (alteration: Alteration) => Effects {
  return ({ table }) => ({
    locks: [
      {
        ...{ relation: table, mode: "ACCESS EXCLUSIVE", work: "writes every row", hazard: "maintenance" },
        cause: `it ${cause}`,
      },
    ],
  });
}
