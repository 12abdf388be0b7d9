import { describeCompose, type FromCompose } from "../../../../../cli/init/compose/describe-compose.ts";
import { readCompose, type ComposeFile } from "../../../../../cli/init/compose/reading.ts";
import { unaccounted, type Row } from "../../../../../cli/init/compose/report.ts";

/** What is played around a compose file. */
interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly named?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Reads `compose.yaml` in a repository that is only played. */
export function composed(
  text: string,
  { files = {}, named = ["compose.yaml"], variables = {} }: Around = {},
): ComposeFile {
  const all: Readonly<Record<string, string>> = { "compose.yaml": text, ...files };
  return readCompose({ files: named, read: (path) => all[path], variables });
}

/** Describes it; every key has to be accounted for. */
export function described(text: string, around: Around = {}): FromCompose {
  const { files = {}, variables = {}, folder = "infra" } = around;
  const all: Readonly<Record<string, string>> = { "compose.yaml": text, ...files };
  const compose = composed(text, around);
  const result = describeCompose(compose, {
    ...{ name: "shop", folder, variables },
    read: (path) => all[path],
    isTracked: (path) => path in all && !path.endsWith(".env"),
  });
  const missing = unaccounted(compose.root, result.rows);
  if (missing.length > 0) throw new Error(`unaccounted: ${missing.join(", ")}`);
  return result;
}

/** The row of a key in words: `compose.yaml:4 taken over: postgres 16`. */
export function told({ rows }: Pick<FromCompose, "rows">, key: string): string {
  return rows
    .filter((row) => row.key === key)
    .map(inWords)
    .join("\n");
}

function inWords({ file, line, outcome, meaning, todo }: Row): string {
  return `${file}:${line} ${outcome}: ${meaning}${todo === undefined ? "" : `; ${todo}`}`;
}
