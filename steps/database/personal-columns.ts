import { identifier, literal } from "./databases.ts";

/** A column with personal data. */
export interface PersonalColumn {
  /** As the settings name it. */
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** How much of a column is as it was before it was masked. */
export interface Unmasked {
  readonly name: string;
  /** The number of rows that have a value which the column had before. */
  readonly rows: number;
  readonly all: number;
}

/** The schema, beside the data, that holds hashes of the values until these are compared. */
export const hashesSchema = "towpath_unmasked";

/** Reads `<table>.<column>` or `<schema>.<table>.<column>`; without a schema it is `public`. */
export function personalColumn(name: string): PersonalColumn {
  const parts = name.split(".");
  const [column = "", table = "", schema = "public"] = parts.reverse();
  return { name, schema, table, column };
}

/** The question which of the columns are not there: a name a line. */
export function missingQuestion(columns: readonly PersonalColumn[]): string {
  const rows = columns.map(
    ({ name, schema, table, column }) => `(${[name, schema, table, column].map(literal).join(", ")})`,
  );
  return `SELECT name FROM (VALUES ${rows.join(", ")}) AS asked (name, s, t, c) WHERE NOT EXISTS (
    SELECT FROM information_schema.columns WHERE table_schema = s AND table_name = t AND column_name = c);\n`;
}

/** The SQL that takes down what the columns have: hashes, of which nobody reads a value. An empty text is no value. */
export function hashesOf(columns: readonly PersonalColumn[]): string {
  const tables = columns.map(
    (at, index) =>
      `CREATE UNLOGGED TABLE ${hashesSchema}.column_${index} AS
         SELECT DISTINCT ${hash(at)} AS hash FROM ${tableOf(at)} WHERE ${hasValue(at)};\n`,
  );
  return `CREATE SCHEMA ${hashesSchema};\n${tables.join("")}`;
}

/**
 * The question how many rows still have a value from before, and how many there are: a line for each column. A value that
 * moved to another row is found as well; so is one that a mask made and that somebody had before.
 */
export function unmaskedQuestion(columns: readonly PersonalColumn[], all: readonly PersonalColumn[]): string {
  return columns
    .map((at) => {
      const hashes = `${hashesSchema}.column_${all.indexOf(at)}`;
      return `SELECT count(*) FILTER (WHERE ${hasValue(at)} AND ${hash(at)} IN (SELECT hash FROM ${hashes})), count(*) FROM ${tableOf(at)};\n`;
    })
    .join("");
}

/** Reads the answer to that question. */
export function unmaskedIn(
  answer: readonly string[],
  columns: readonly PersonalColumn[],
): readonly Unmasked[] {
  return columns.flatMap(({ name }, index) => {
    const [rows = 0, all = 0] = (answer[index] ?? "").split("|").map(Number);
    return rows > 0 ? [{ name, rows, all }] : [];
  });
}

function tableOf({ schema, table }: PersonalColumn): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

function hasValue({ column }: PersonalColumn): string {
  return `coalesce(${identifier(column)}::text, '') <> ''`;
}

function hash({ column }: PersonalColumn): string {
  return `sha256(convert_to(${identifier(column)}::text, 'UTF8'))`;
}
