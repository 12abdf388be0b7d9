import type { AlterTableStmt, Constraint, CreateStmt, Node, TypeName } from "libpg-query";
import { columnOf, commandsOf, constraintsOf } from "./column-definitions.ts";
import { SchemaSoFar } from "./schema-so-far.ts";
import { nameOf, partsOf, wordsOf, wordsOfAll } from "./sql-statements.ts";
import { volatilityOf } from "./volatility.ts";

/** A constraint, as far as locks depend on it. */
interface KnownConstraint {
  readonly primary: boolean;
  readonly check: boolean;
  /** The table that a foreign key refers to. */
  readonly parent: string | undefined;
  /** The columns that it keeps from being NULL. */
  readonly present: readonly string[];
  readonly valid: boolean;
}

/** The tables, constraints and indexes that a statement meets, as the SQL before it tells of them. */
export class KnownSchema {
  /** What this migration has made, and the types of all columns. */
  readonly objects = new SchemaSoFar();
  /** The indexes that this migration has dropped, without their schema. */
  readonly droppedIndexes = new Set<string>();
  private readonly constraints = new Map<string, KnownConstraint>();
  private readonly tables = new Map<string, string>();
  private readonly defaultPartitions = new Map<string, string>();
  private readonly unique = new Set<string>();
  private readonly volatile = new Map<string, boolean>();
  private readonly domains = new Set<string>();
  private readonly identified = new Set<string>();
  /** The tables that this migration has made, and that nothing else can know of yet. */
  private readonly fresh = new Set<string>();
  /** Those of them that rows of other tables were put into. */
  private readonly filled = new Set<string>();

  /** Takes all that is there as made before this migration. */
  settle(): void {
    this.objects.forgetMakers();
    this.fresh.clear();
    this.droppedIndexes.clear();
  }

  /** Tells whether nothing else can know of the table yet: nobody waits for its locks. */
  isFresh(table: string): boolean {
    return this.fresh.has(table);
  }

  /** Tells whether a new table holds rows of others. */
  isFilled(table: string): boolean {
    return this.filled.has(table);
  }

  /** Tells whether a valid constraint, and none of those that are being dropped, keeps the column from being NULL. */
  isPresent(table: string, column: string, dropped: readonly string[] = []): boolean {
    return [...this.constraints].some(
      ([name, { valid, present }]) =>
        valid &&
        name.startsWith(`${table} `) &&
        present.includes(column) &&
        !dropped.some((one) => name === `${table} ${one}`),
    );
  }

  /** Tells whether a valid CHECK says something of the table's rows. */
  hasCheck(table: string): boolean {
    return [...this.constraints].some(
      ([name, { valid, check }]) => valid && check && name.startsWith(`${table} `),
    );
  }

  constraint(table: string, name: string): KnownConstraint | undefined {
    return this.constraints.get(`${table} ${name}`);
  }

  /** The table of an index; undefined where no SQL has told. */
  tableOf(index: string): string | undefined {
    return this.tables.get(index);
  }

  defaultPartitionOf(table: string): string | undefined {
    return this.defaultPartitions.get(table);
  }

  /** Tells whether one value of the column is in one row at most. */
  isUnique(table: string, column: string): boolean {
    return column === "id" || this.unique.has(`${table}.${column}`);
  }

  typeOf(table: string, column: string): TypeName | undefined {
    return this.objects.types.get(`${table}.${column}`);
  }

  /** Tells whether a function can give another value for each row; those that no SQL has made are PostgreSQL's. */
  isVolatile(name: string): boolean {
    return this.volatile.get(name) ?? volatilityOf(name);
  }

  /** Tells whether a type is a domain with constraints, which are tried on every row that gets it. */
  isChecked(type: string): boolean {
    return this.domains.has(type);
  }

  /** Tells whether rows are told apart by something else than the primary key, where the table is published. */
  isIdentified(table: string): boolean {
    return this.identified.has(table);
  }

  /** Keeps in mind what a statement makes, changes and drops. */
  remember(node: Node): void {
    this.objects.remember(node);
    if ("CreateStmt" in node) this.rememberTable(node.CreateStmt);
    if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.into?.rel !== undefined) {
      this.fresh.add(nameOf(node.CreateTableAsStmt.into.rel));
    }
    if ("CreateDomainStmt" in node && (node.CreateDomainStmt.constraints ?? []).length > 0) {
      this.domains.add(wordsOf(node.CreateDomainStmt.domainname?.at(-1)));
    }
    if ("InsertStmt" in node) {
      const { relation, selectStmt: query } = node.InsertStmt;
      const rows =
        query !== undefined && "SelectStmt" in query && (query.SelectStmt.fromClause ?? []).length > 0;
      if (relation !== undefined && rows && this.isFresh(nameOf(relation))) this.filled.add(nameOf(relation));
    }
    if ("AlterTableStmt" in node) this.rememberAlterations(node.AlterTableStmt);
    if ("IndexStmt" in node) {
      const { idxname = "", relation, unique = false, indexParams = [], whereClause } = node.IndexStmt;
      const table = relation === undefined ? "" : nameOf(relation);
      this.tables.set(idxname, table);
      const columns = indexParams.flatMap((part) => ("IndexElem" in part ? (part.IndexElem.name ?? "") : ""));
      if (unique && whereClause === undefined) this.rememberUnique(table, columns);
    }
    if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX") {
      for (const index of node.DropStmt.objects ?? []) {
        this.droppedIndexes.add(wordsOf(index).split(".").at(-1) ?? "");
      }
    }
    if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE") {
      for (const table of node.DropStmt.objects ?? []) this.fresh.delete(wordsOf(table));
    }
    if ("CreateFunctionStmt" in node) {
      const { funcname, options = [] } = node.CreateFunctionStmt;
      const given = options
        .flatMap((one) => ("DefElem" in one && one.DefElem.defname === "volatility" ? [one.DefElem.arg] : []))
        .map(wordsOf);
      this.volatile.set(
        wordsOfAll(funcname),
        !given.some((word) => word === "stable" || word === "immutable"),
      );
    }
    if ("RenameStmt" in node && node.RenameStmt.renameType === "OBJECT_TABLE") {
      const { relation, newname = "" } = node.RenameStmt;
      if (relation !== undefined && this.fresh.delete(nameOf(relation))) {
        this.fresh.add(nameOf({ ...relation, relname: newname }));
      }
    }
  }

  private rememberTable({ relation, tableElts = [], partbound, inhRelations = [] }: CreateStmt): void {
    if (relation === undefined) return;
    const table = nameOf(relation);
    const parents = inhRelations.map(wordsOf);
    // A partition takes part in what is asked of its table at once, but no row is in it.
    this.fresh.add(table);
    if (partbound?.is_default === true && parents[0] !== undefined) {
      this.defaultPartitions.set(parents[0], table);
    }
    for (const part of tableElts) {
      if ("Constraint" in part) this.rememberConstraint(table, part.Constraint);
      if (!("ColumnDef" in part)) continue;
      const { ColumnDef: column } = part;
      for (const one of constraintsOf(column)) this.rememberConstraint(table, one, column.colname);
    }
  }

  private rememberAlterations({ relation, cmds }: AlterTableStmt): void {
    const table = relation === undefined ? "" : nameOf(relation);
    for (const command of commandsOf(cmds)) {
      const { subtype, name = "", def } = command;
      const key = `${table} ${name}`;
      if (subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def) {
        this.rememberConstraint(table, def.Constraint);
      }
      if (subtype === "AT_AddColumn") {
        const column = columnOf(command);
        for (const one of column === undefined ? [] : constraintsOf(column)) {
          this.rememberConstraint(table, one, column?.colname);
        }
      }
      const known = this.constraints.get(key);
      if (subtype === "AT_ValidateConstraint" && known !== undefined) {
        this.constraints.set(key, { ...known, valid: true });
      }
      if (subtype === "AT_DropConstraint") this.constraints.delete(key);
      if (subtype === "AT_ReplicaIdentity") this.identified.add(table);
      if (subtype === "AT_AttachPartition" && def !== undefined && "PartitionCmd" in def) {
        const { name: partition, bound } = def.PartitionCmd;
        if (partition === undefined) continue;
        this.fresh.delete(nameOf(partition));
        if (bound?.is_default === true) this.defaultPartitions.set(table, nameOf(partition));
      }
    }
  }

  private rememberConstraint(table: string, constraint: Constraint, column?: string): void {
    const { contype, conname, keys = [], skip_validation: unchecked = false } = constraint;
    const columns = keys.length > 0 ? keys.map(wordsOf) : column === undefined ? [] : [column];
    if (contype === "CONSTR_PRIMARY" || contype === "CONSTR_UNIQUE") this.rememberUnique(table, columns);
    const primary = contype === "CONSTR_PRIMARY";
    const name = conname ?? (primary ? `${table}_pkey` : `${table}_${columns.join("_")}_${contype ?? ""}`);
    const notNull = primary || contype === "CONSTR_NOTNULL";
    this.constraints.set(`${table} ${name}`, {
      primary,
      check: contype === "CONSTR_CHECK",
      parent: constraint.pktable === undefined ? undefined : nameOf(constraint.pktable),
      present: notNull ? columns : contype === "CONSTR_CHECK" ? presentIn(constraint.raw_expr) : [],
      valid: !unchecked,
    });
  }

  private rememberUnique(table: string, columns: readonly string[]): void {
    const [column] = columns;
    if (column !== undefined && columns.length === 1) this.unique.add(`${table}.${column}`);
  }
}

/** The columns that a condition keeps from being NULL: `a IS NOT NULL AND b IS NOT NULL`. */
function presentIn(condition: Node | undefined): string[] {
  if (condition === undefined) return [];
  if ("NullTest" in condition) {
    const { nulltesttype, arg } = condition.NullTest;
    return nulltesttype === "IS_NOT_NULL"
      ? partsOf("ColumnRef", arg).map(({ fields = [] }) => wordsOf(fields.at(-1)))
      : [];
  }
  if ("BoolExpr" in condition && condition.BoolExpr.boolop === "AND_EXPR") {
    return (condition.BoolExpr.args ?? []).flatMap(presentIn);
  }
  return [];
}
