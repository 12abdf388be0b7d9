/**
 * Reads a folder of compose files, and says what became of their keys: `npm run bench:compose-files -- <folder>`. The files are
 * what others wrote, without what they build: a Dockerfile or a file of variables is not looked for.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { describeCompose } from "../cli/init/compose/describe-compose.ts";
import { readCompose } from "../cli/init/compose/reading.ts";
import { keysOf, unaccounted, type Row } from "../cli/init/compose/report.ts";
import { Problem } from "../cli/problem.ts";
import { markdownTable } from "./measure.ts";

/** What became of one file. */
interface Outcome {
  readonly file: string;
  readonly keys: number;
  readonly rows: readonly Row[];
  readonly unaccounted: readonly string[];
  readonly services: number;
  readonly described: number;
  readonly servers: number;
  /** The reason why it is refused. */
  readonly refused?: string;
}

function measure(folder: string, file: string): Outcome {
  const read = (path: string): string | undefined =>
    path === file ? readFileSync(join(folder, path), "utf8") : undefined;
  const nothing = { file, keys: 0, rows: [], unaccounted: [], services: 0, described: 0, servers: 0 };
  try {
    const compose = readCompose({ files: [file], read, variables: {} });
    const { application, rows } = describeCompose(compose, {
      ...{ name: "bench", folder: "infra", read, variables: {} },
      isTracked: () => true,
    });
    const { services, postgres, redis, buckets = [] } = application;
    return {
      file,
      rows,
      keys: keysOf(compose.root).length,
      unaccounted: unaccounted(compose.root, rows),
      services: compose.services.entries.size,
      described: Object.keys(services).length,
      servers: [postgres, redis, buckets[0]].filter((server) => server !== undefined).length,
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { ...nothing, refused: error.message };
  }
}

function filesIn(folder: string, below = folder): string[] {
  return readdirSync(below).flatMap((name) => {
    const path = join(below, name);
    if (statSync(path).isDirectory()) return filesIn(folder, path);
    return /\.ya?ml$/.test(name) ? [relative(folder, path)] : [];
  });
}

const [folder, details] = process.argv.slice(2);
if (folder === undefined) throw new Error("name a folder of compose files");
const outcomes = filesIn(folder).map((file) => measure(folder, file));
const sum = (count: (outcome: Outcome) => number): number =>
  outcomes.reduce((all, one) => all + count(one), 0);
const rowsOf = (outcome: Outcome, what: string): number =>
  outcome.rows.filter((row) => row.outcome === what).length;
const line = (name: string, numbers: (count: (outcome: Outcome) => number) => number): string[] => [
  name,
  ...[
    (one: Outcome) => one.services,
    (one: Outcome) => one.described,
    (one: Outcome) => one.servers,
    (one: Outcome) => one.keys,
    (one: Outcome) => rowsOf(one, "taken over"),
    (one: Outcome) => rowsOf(one, "not needed"),
    (one: Outcome) => rowsOf(one, "to do"),
    (one: Outcome) => one.unaccounted.length,
  ].map((count) => String(numbers(count))),
];
const read = outcomes.filter(({ refused }) => refused === undefined);
console.log(
  markdownTable([
    [
      "file",
      "services",
      "taken over",
      "servers",
      "keys",
      "rows: taken over",
      "not needed",
      "to do",
      "unaccounted",
    ],
    ...read.map((one) => line(one.file, (count) => count(one))),
    line("all", sum),
  ]),
);
console.log(`\n${outcomes.length} files, ${read.length} read, ${outcomes.length - read.length} refused.`);
for (const { file, refused } of outcomes) if (refused !== undefined) console.log(`\n${file}:\n${refused}`);
for (const { unaccounted: missing } of outcomes)
  for (const key of missing) console.log(`unaccounted: ${key}`);
if (details === "--rows")
  for (const { rows } of outcomes)
    for (const { file, line: at, key, outcome, meaning, todo } of rows)
      console.log([`${file}:${at}`, key, outcome, meaning, todo ?? ""].join("\t"));
