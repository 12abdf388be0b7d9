import Table from "cli-table3";

/** Rows as plain columns, as wide as they need to be. */
export function columns(rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: noBorders,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * The same for a table with a head that is as wide as the terminal at most, as far as that can be: columns are left out, the
 * first of `dispensable` first. Every column is there where nothing tells a width, as for a file.
 */
export function fittingColumns(
  rows: readonly (readonly string[])[],
  dispensable: readonly string[],
  width: number | undefined,
): string {
  const table = columns(rows);
  const [name, ...others] = dispensable;
  if (name === undefined || width === undefined || widthOf(table) <= width) return table;
  const index = rows[0]?.indexOf(name) ?? -1;
  const narrower = index < 0 ? rows : rows.map((row) => row.filter((_cell, at) => at !== index));
  return fittingColumns(narrower, others, width);
}

/** The width of the terminal that results are written to; undefined where it is none, or tells none. */
export function terminalWidth(
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns"> = process.stdout,
): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}

function widthOf(table: string): number {
  return Math.max(...table.split("\n").map((line) => line.length));
}

/** The characters of a table without borders. */
export const noBorders = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
    "middle",
  ].map((part) => [part, ""]),
);
