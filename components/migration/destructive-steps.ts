import { alterations, newIndex } from "./alterations.ts";
import { explained, isAccount, queried, rowChanges } from "./row-changes.ts";
import { kindOf, SchemaSoFar } from "./schema-so-far.ts";
import {
  nameOf,
  statementsOf,
  wordsOf,
  wordsOfAll,
  type Body,
  type Kind,
  type Statement,
} from "./sql-statements.ts";

/** A statement of a migration that loses data, or takes away what the release that runs may use. */
export interface DestructiveStep {
  /** The statement, on one line, without comments. */
  readonly statement: string;
  /** Its effect: `drops the column "body"`. */
  readonly reason: string;
}

/** A judgement for each kind of statement that can take something away. */
const judgements: { readonly [K in Kind]?: (body: Body<K>, schema: SchemaSoFar) => string[] } = {
  AlterTableStmt: alterations,
  IndexStmt: newIndex,
  DropStmt: dropped,
  DropOwnedStmt: () => ["drops everything that a role owns"],
  DropdbStmt: ({ dbname = "" }) => [`drops the database "${dbname}"`],
  DropRoleStmt: () => ["drops a role"],
  DropTableSpaceStmt: () => ["drops a tablespace"],
  RenameStmt: renamed,
  AlterObjectSchemaStmt: moved,
  AlterEnumStmt: ({ oldVal = "" }) => (oldVal === "" ? [] : [`renames the value "${oldVal}"`]),
  AlterDomainStmt: domainChanged,
  TruncateStmt: ({ relations = [] }, schema) =>
    relations
      .map(wordsOf)
      .filter((name) => !schema.has("table", name) && !isAccount(name))
      .map((name) => `empties the table "${name}"`),
  GrantStmt: revoked,
  GrantRoleStmt: ({ is_grant: grants, granted_roles: roles = [] }) =>
    grants === true
      ? []
      : roles.map(
          (role) =>
            `takes the role "${"AccessPriv" in role ? (role.AccessPriv.priv_name ?? "") : ""}" from others`,
        ),
  RuleStmt: ({ relation, instead }, schema) =>
    instead !== true ||
    relation === undefined ||
    ["table", "view"].some((kind) => schema.has(kind, nameOf(relation)))
      ? []
      : [`lets a rule do something else than what "${nameOf(relation)}" is told`],
  CreateTrigStmt: triggered,
  VariableSetStmt: ({ name, args = [] }) =>
    name === "session_replication_role" && JSON.stringify(args).includes('"replica"')
      ? ["switches off triggers, and foreign keys with them"]
      : [],
  DoStmt: () => ["runs a block of code, whose effect cannot be read from the SQL"],
  CallStmt: () => ["calls a procedure, whose effect cannot be read from the SQL"],
  SelectStmt: queried,
  ExplainStmt: explained,
  InsertStmt: (body, schema) => rowChanges({ InsertStmt: body }, schema),
  UpdateStmt: (body, schema) => rowChanges({ UpdateStmt: body }, schema),
  DeleteStmt: (body, schema) => rowChanges({ DeleteStmt: body }, schema),
  MergeStmt: (body, schema) => rowChanges({ MergeStmt: body }, schema),
  CreateTableAsStmt: rowChanges,
  CopyStmt: rowChanges,
  PrepareStmt: rowChanges,
};

/** The kinds that can be dropped without a loss: they hold no data, and nothing that runs names them. */
const harmlessDrops = ["statistic ext", "trigger", "rule", "event trigger", "publication"];

/** The kinds that can be renamed although a release runs: nothing that runs names them. */
const harmlessRenames = [...harmlessDrops, "index", "policy", "tabconstraint", "domconstraint", "role"];

/**
 * The steps of a migration that take something away: data (drop, delete, overwrite), or what the release that runs may
 * use or do (rename, change of type, new constraint, `NOT NULL` without a default).
 *
 * The SQL may drop what it has made before. `history` is the SQL of all migrations from the first to these; it tells
 * what a column was, and which index is unique. SQL that PostgreSQL's parser refuses is one such step as a whole,
 * because nothing is known of it.
 */
export async function destructiveSteps(sql: string, history = ""): Promise<DestructiveStep[]> {
  const statements = await statementsOf(sql);
  if (typeof statements === "string") {
    return [{ statement: "the whole SQL", reason: `is not SQL that can be judged: ${statements}` }];
  }
  const reasons = reasonsOf(statements, await statementsOf(history));
  return statements.flatMap(({ text: statement }, index) =>
    (reasons[index] ?? []).map((reason) => ({ statement, reason })),
  );
}

/** The reasons for which each of the statements is a destructive step; none for one that is not. */
export function reasonsOf(
  statements: readonly Statement[],
  history: readonly Statement[] | string,
): readonly (readonly string[])[] {
  const schema = schemaBefore(statements, history);
  // An index that is dropped and made again, so that the migration can be tried again, is not missed.
  for (const { node } of statements) {
    if ("IndexStmt" in node && node.IndexStmt.unique === true)
      schema.made.add(`index ${node.IndexStmt.idxname ?? ""}`);
  }
  return statements.map(({ node }) => {
    const [[kind, body] = ["", undefined]] = Object.entries(node);
    const judge = judgements[kind as Kind] as ((body: unknown, schema: SchemaSoFar) => string[]) | undefined;
    const found = judge?.(body, schema) ?? [];
    schema.remember(node);
    return found;
  });
}

/** Tells whether earlier SQL can change the judgement of this. */
export function dependsOnHistory(sql: string): boolean {
  return /\btype\b|\bdrop\s+index\b|\bselect\b/i.test(sql);
}

/** Returns the schema that the migrations before these have made; empty where these are not the end of the history. */
function schemaBefore(statements: readonly Statement[], history: readonly Statement[] | string): SchemaSoFar {
  const schema = new SchemaSoFar();
  const [these, all] = [statements, typeof history === "string" ? [] : history].map((list) =>
    list.filter(isOfSchema),
  );
  if (these === undefined || all === undefined) return schema;
  const before = all.slice(0, Math.max(0, all.length - these.length));
  const tail = all.slice(before.length);
  if (tail.every(({ text }, index) => text === these[index]?.text)) {
    for (const { node } of before) schema.remember(node);
  }
  schema.forgetMakers();
  return schema;
}

/** Leaves out transactions and the tool's own account, which depend on where it starts. */
function isOfSchema({ node }: Statement): boolean {
  if ("TransactionStmt" in node) return false;
  if ("CreateStmt" in node) return !isAccount(node.CreateStmt.relation?.relname ?? "");
  const changed =
    "InsertStmt" in node
      ? node.InsertStmt
      : "UpdateStmt" in node
        ? node.UpdateStmt
        : "DeleteStmt" in node
          ? node.DeleteStmt
          : undefined;
  return !isAccount(changed?.relation?.relname ?? "");
}

function dropped(
  { removeType = "OBJECT_TABLE", objects = [] }: Body<"DropStmt">,
  schema: SchemaSoFar,
): string[] {
  const kind = kindOf(removeType);
  if (harmlessDrops.includes(kind)) return [];
  return objects
    .map(wordsOf)
    .filter((name) => !schema.has(kind, name))
    .filter((name) => kind !== "index" || isUnique(name.split(".").at(-1) ?? "", schema))
    .map((name) => `drops the ${kind === "index" ? "unique index" : kind} "${name}"`);
}

/** Tells whether an index keeps values unique: as its migration says, or, where that is not known, its name. */
function isUnique(index: string, schema: SchemaSoFar): boolean {
  return (
    schema.uniqueIndexes.has(index) || /(?:^|_)(?:p?key|uq|ux|uk|uix|uidx|uniq|unique)(?:_|$)/i.test(index)
  );
}

function renamed(
  { renameType = "OBJECT_TABLE", relation, subname, object }: Body<"RenameStmt">,
  schema: SchemaSoFar,
): string[] {
  const kind = kindOf(renameType);
  if (harmlessRenames.includes(kind)) return [];
  const whole = relation === undefined ? wordsOf(object) : nameOf(relation);
  if (schema.has("table", whole) || schema.has(kind, whole)) return [];
  if (schema.columns.has(`${whole}.${subname ?? ""}`)) return [];
  return [`renames the ${kind} "${subname ?? whole}"`];
}

function moved(
  { relation, object, objectType = "OBJECT_TABLE" }: Body<"AlterObjectSchemaStmt">,
  schema: SchemaSoFar,
): string[] {
  const name = relation === undefined ? wordsOf(object) : nameOf(relation);
  const kind = kindOf(objectType);
  return schema.has(kind, name) ? [] : [`moves the ${kind} "${name}" to another schema`];
}

function domainChanged({ subtype = "", typeName }: Body<"AlterDomainStmt">, schema: SchemaSoFar): string[] {
  const domain = wordsOfAll(typeName);
  if (schema.has("domain", domain)) return [];
  // The parser gives PostgreSQL's own letters for these.
  const words: Partial<Record<string, string>> = {
    O: `makes the domain "${domain}" NOT NULL`,
    X: `drops a constraint of the domain "${domain}"`,
    C: `adds a constraint to the domain "${domain}", which refuses what was allowed`,
  };
  const found = words[subtype];
  return found === undefined ? [] : [found];
}

function revoked(
  { is_grant: grants, objtype = "OBJECT_TABLE", objects = [] }: Body<"GrantStmt">,
  schema: SchemaSoFar,
): string[] {
  if (grants === true) return [];
  const kind = kindOf(objtype);
  return objects
    .map(wordsOf)
    .filter((name) => !schema.has(kind, name))
    .map((name) => `revokes rights on the ${kind} "${name}"`);
}

function triggered({ relation, funcname }: Body<"CreateTrigStmt">, schema: SchemaSoFar): string[] {
  const table = relation === undefined ? "" : nameOf(relation);
  const effect = schema.functions.get(wordsOfAll(funcname)) ?? "";
  if (effect === "" || schema.has("table", table)) return [];
  return [`lets a trigger of "${table}" run the function "${wordsOfAll(funcname)}", ${effect}`];
}
