import Table from "cli-table3";
import type { Started } from "../commands/start.ts";

/** The short table at the end of `npm start`: where, what, how it is, and what next. */
export function environmentTable(started: Started): string {
  const table: [string, string][] = [];
  table.push(["address", started.url]);
  for (const [name, { health, container }] of Object.entries(started.services)) {
    table.push([name, `${health} (${container})`]);
  }
  table.push(["release", started.release.id]);
  if (started.reload.length > 0) {
    table.push(["reload", `${started.reload.join(", ")} (an edit is served at once)`]);
  }
  const first = Object.values(started.services)[0];
  if (first !== undefined) table.push(["logs", "npx towpath logs -f"]);
  table.push(["stop", "npm stop (keeps the data), npm run destroy (removes it)"]);
  return columns(table);
}

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

/** What makes a table one of plain columns. */
export const noBorders = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((part) => [part, ""]),
);
