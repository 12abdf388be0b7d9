import type { AlterTableCmd, AlterTableStmt, ColumnDef, Constraint, Node, RangeVar } from "libpg-query";

/** What the SQL itself has made so far; columns are `table.column`. */
export interface Known {
  readonly tables: Set<string>;
  readonly columns: Set<string>;
  /** Columns that it has given a default. */
  readonly defaults: Set<string>;
}

/** A table's name, with its schema where one is written. */
export function nameOf({ schemaname, relname = "" }: RangeVar): string {
  return schemaname === undefined || schemaname === "" ? relname : `${schemaname}.${relname}`;
}

/** What an ALTER TABLE destroys: `drops the column "body"`. Nothing on a table that the same SQL has made. */
export function alterations({ relation, cmds = [] }: AlterTableStmt, known: Known): string[] {
  const table = relation === undefined ? "" : nameOf(relation);
  if (known.tables.has(table)) return [];
  const all = commandsOf(cmds);
  const defaults = new Set([...known.defaults, ...defaultsOf(table, all)]);
  return all.flatMap((command) => reason(table, command, { ...known, defaults }) ?? []);
}

/** The columns that an ALTER TABLE adds, and those that it gives a default. */
export function definitionsOf({ relation, cmds = [] }: AlterTableStmt): Pick<Known, "columns" | "defaults"> {
  const table = relation === undefined ? "" : nameOf(relation);
  const all = commandsOf(cmds);
  const added = all.flatMap((command) =>
    command.subtype === "AT_AddColumn" ? (columnOf(command) ?? []) : [],
  );
  return {
    columns: new Set(added.map(({ colname = "" }) => `${table}.${colname}`)),
    defaults: defaultsOf(table, all),
  };
}

function commandsOf(cmds: readonly Node[]): AlterTableCmd[] {
  return cmds.flatMap((node) => ("AlterTableCmd" in node ? [node.AlterTableCmd] : []));
}

function defaultsOf(table: string, commands: readonly AlterTableCmd[]): Set<string> {
  const named = commands.flatMap((command) => {
    const { subtype, name = "", def } = command;
    const column = columnOf(command);
    if (subtype === "AT_ColumnDefault" && def !== undefined) return [name];
    return subtype === "AT_AddColumn" && column !== undefined && hasDefault(column)
      ? [column.colname ?? ""]
      : [];
  });
  return new Set(named.map((name) => `${table}.${name}`));
}

function reason(table: string, command: AlterTableCmd, known: Known): string | undefined {
  const { subtype, name = "", def } = command;
  const own = known.columns.has(`${table}.${name}`);
  switch (subtype) {
    case "AT_DropColumn":
      return own ? undefined : `drops the column "${name}"`;
    case "AT_AlterColumnType":
      return own ? undefined : `changes the type of the column "${name}"`;
    case "AT_SetNotNull":
      return known.defaults.has(`${table}.${name}`)
        ? undefined
        : `makes the column "${name}" NOT NULL without giving it a default`;
    case "AT_AddColumn":
      return addedWithoutValue(command);
    case "AT_ColumnDefault":
      return def === undefined ? `drops the default of the column "${name}"` : undefined;
    case "AT_DropIdentity":
      return `drops the identity of the column "${name}"`;
    case "AT_DropExpression":
      return `drops the expression of the column "${name}"`;
    case "AT_DropConstraint":
      return `drops the constraint "${name}"`;
    case "AT_AddConstraint":
      return addedConstraint(table, def, known);
    case "AT_DetachPartition":
      return `takes a partition out of "${table}"`;
    case "AT_SetUnLogged":
      return `lets "${table}" be empty after a crash`;
    default:
      return undefined;
  }
}

function addedWithoutValue(command: AlterTableCmd): string | undefined {
  const column = columnOf(command);
  if (column === undefined || hasDefault(column)) return undefined;
  const needed = constraintsOf(column).some(
    ({ contype }) => contype === "CONSTR_NOTNULL" || contype === "CONSTR_PRIMARY",
  );
  return needed ? `adds the column "${column.colname ?? ""}" NOT NULL without a default` : undefined;
}

/** `ADD CONSTRAINT … NOT NULL column`, of PostgreSQL 18. */
function addedConstraint(table: string, def: Node | undefined, known: Known): string | undefined {
  if (def === undefined || !("Constraint" in def) || def.Constraint.contype !== "CONSTR_NOTNULL")
    return undefined;
  const [key] = def.Constraint.keys ?? [];
  const column = key !== undefined && "String" in key ? (key.String.sval ?? "") : "";
  return known.defaults.has(`${table}.${column}`)
    ? undefined
    : `makes the column "${column}" NOT NULL without giving it a default`;
}

function columnOf({ def }: AlterTableCmd): ColumnDef | undefined {
  return def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
}

function constraintsOf({ constraints = [] }: ColumnDef): Constraint[] {
  return constraints.flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
}

/** Whether rows that are there, and those that are inserted without it, get a value. */
function hasDefault(column: ColumnDef): boolean {
  const type = column.typeName?.names?.at(-1);
  if (type !== undefined && "String" in type && /^(?:big|small)?serial[248]?$/.test(type.String.sval ?? ""))
    return true;
  return constraintsOf(column).some(({ contype, raw_expr: value }) => {
    if (contype === "CONSTR_IDENTITY" || contype === "CONSTR_GENERATED") return true;
    return (
      contype === "CONSTR_DEFAULT" &&
      !(value !== undefined && "A_Const" in value && value.A_Const.isnull === true)
    );
  });
}
