import { realpathSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { Problem } from "../../problem.ts";
import { columns } from "../../terminal/table.ts";
import type { Repository } from "../repository.ts";
import { describeCompose, type FromCompose } from "./describe-compose.ts";
import type { Variables } from "./interpolation.ts";
import { outside, readCompose } from "./reading.ts";
import type { Outcome, Row } from "./report.ts";

/**
 * Describes the application of the compose files that were named, from the folder that the command runs in.
 *
 * @throws Problem with what is wrong in them
 */
export function fromCompose(
  named: readonly string[],
  name: string,
  repository: Pick<Repository, "root" | "folder" | "paths" | "read">,
  variables: Variables,
): FromCompose {
  const { root, folder } = repository;
  const files = named.map((file) => {
    const path = relative(root, resolve(root, folder, file));
    if (path.startsWith("..")) throw new Problem(`--from: ${outside(file)}`);
    return path;
  });
  const read = withinRoot(repository);
  const compose = readCompose({ files, read, variables });
  const tracked = new Set(repository.paths);
  return describeCompose(compose, { name, folder, read, variables, isTracked: (path) => tracked.has(path) });
}

/** Reads files of the repository alone, also where a link leads out of it. */
function withinRoot({ root, read }: Pick<Repository, "root" | "read">): (path: string) => string | undefined {
  return (path) => {
    const text = read(path);
    if (text === undefined || realpathSync(join(root, path)).startsWith(`${realpathSync(root)}${sep}`))
      return text;
    throw new Problem(`${path}: ${outside(path)}`);
  };
}

/** The report as a table, and its sum in a line. */
export function reportInWords(rows: readonly Row[]): string {
  const table = rows.map(({ file, line, key, outcome, meaning, todo }) => [
    `${file}:${line}`,
    key,
    outcome,
    todo === undefined ? meaning : `${meaning}; ${todo}`,
  ]);
  const count = (outcome: Outcome): number => rows.filter((row) => row.outcome === outcome).length;
  return [
    columns(table),
    "",
    `${rows.length} keys: ${count("taken over")} taken over, ${count("not needed")} not needed, ${count("to do")} to do`,
  ].join("\n");
}

/** Says that no service can be taken over. */
export function noneTakenOver(files: readonly string[], rows: readonly Row[]): string {
  const images = rows.filter(
    ({ key, outcome }) => outcome === "to do" && /^services\.[^.]+\.image$/.test(key),
  );
  return [
    `${files.join(", ")}: expected a service that can be taken over, got none; see them with --dry-run`,
    ...images.map(
      ({ file, line, key, meaning, todo = "" }) => `${file}:${line}: ${key}: ${meaning}; ${todo}`,
    ),
  ].join("\n");
}
