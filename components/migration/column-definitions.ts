import type { AlterTableCmd, ColumnDef, Constraint, Node, TypeName } from "libpg-query";

/** The parts of an ALTER TABLE. */
export function commandsOf(cmds: readonly Node[] = []): AlterTableCmd[] {
  return cmds.flatMap((node) => ("AlterTableCmd" in node ? [node.AlterTableCmd] : []));
}

/** The column that a part of an ALTER TABLE describes. */
export function columnOf({ def }: AlterTableCmd): ColumnDef | undefined {
  return def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
}

/** The constraints that stand with a column. */
export function constraintsOf({ constraints = [] }: ColumnDef): Constraint[] {
  return constraints.flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
}

/** Tells whether rows get a value: those that are there, and those that are inserted without it. */
export function hasDefault(column: ColumnDef): boolean {
  if (/^(?:big|small)?serial[248]?$/.test(typeWord(column.typeName))) return true;
  return constraintsOf(column).some(({ contype, raw_expr: value }) => {
    if (contype === "CONSTR_IDENTITY" || contype === "CONSTR_GENERATED") return true;
    return contype === "CONSTR_DEFAULT" && !isNull(value);
  });
}

/** Tells whether an expression is NULL as it stands. */
export function isNull(value: Node | undefined): boolean {
  return value !== undefined && "A_Const" in value && value.A_Const.isnull === true;
}

/** Tells whether every text of the one type is one of the other: a longer `varchar`, or `text`. */
export function widens(from: TypeName, to: TypeName): boolean {
  if (!isText(from) || !isText(to)) return false;
  return longest(from) <= longest(to);
}

function isText(type: TypeName): boolean {
  return ["varchar", "text"].includes(typeWord(type)) && (type.arrayBounds ?? []).length === 0;
}

function longest({ typmods: [length] = [] }: TypeName): number {
  const constant = length !== undefined && "A_Const" in length ? length.A_Const : undefined;
  return constant !== undefined && "ival" in constant ? (constant.ival.ival ?? 0) : Infinity;
}

function typeWord(type: TypeName | undefined): string {
  const last = type?.names?.at(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}
