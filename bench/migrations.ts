/**
 * The share of hazards of a labelled public benchmark that a reading of the SQL finds, and the false alarms.
 *
 * The files are not part of this repository: `npm run bench:migrations -- <folder>`. Each begins with a comment that names
 * its `verdict`, its `hazards` and, where they depend on the table, the rows at which it is `safe_at`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hazard } from "../components/migration/hazards.ts";
import type { Finding } from "../components/migration/migration-facts.ts";
import { readMigration } from "../components/migration/read-migration.ts";
import type { TableSize, TableSizes } from "../components/migration/table-sizes.ts";
import { markdownTable } from "./measure.ts";

/** The benchmark's names of hazards in Towpath's words. */
const hazards: Readonly<Partial<Record<string, Hazard>>> = {
  "non-concurrent-index": "index-build",
  "volatile-default-rewrite": "rewriting-column",
  "stored-generated-rewrite": "stored-column",
  "identity-column-rewrite": "rewriting-column",
  "column-type-rewrite": "type-change",
  "set-not-null-scan": "not-null",
  "check-constraint-scan": "check-constraint",
  "fk-without-not-valid": "foreign-key",
  "unique-constraint-scan": "unique-constraint",
  "missing-lock-timeout": "no-lock-timeout",
  "enum-add-value-in-transaction": "enum-value-in-transaction",
  "concurrently-in-transaction": "outside-of-transaction",
  "invalid-index-retry": "invalid-index",
  "unbatched-backfill": "unbatched-change",
  "ddl-plus-backfill-same-txn": "long-transaction",
  "partition-attach": "partition-attach",
  "partition-detach": "partition-detach",
  "access-exclusive-maintenance": "maintenance",
  "drop-table": "data-loss",
  "drop-table-cascade": "drop-cascade",
  "truncate-cascade": "truncate-cascade",
  "drop-column": "dropped-column",
  "rename-column-breakage": "renamed",
  "rename-table-breakage": "renamed",
  "replication-identity-break": "replica-identity",
  "disable-trigger-all": "triggers-off",
};

/** The same size for every table that the SQL names. */
function sizeOfAll(sql: string, size: TableSize): TableSizes {
  return new Map((sql.match(/[\w.]+/g) ?? []).map((word) => [word, size]));
}

const few: TableSize = { rows: 200, bytes: 64 * 1024 };
const many: TableSize = { rows: 50_000_000, bytes: 20 * 1024 ** 3 };

interface Labelled {
  readonly file: string;
  readonly verdict: string;
  readonly named: readonly string[];
  readonly missed: readonly string[];
  /** Alarms where every table is large. */
  readonly alarms: readonly Finding[];
  /** Alarms where every table is small. */
  readonly alarmsOfFew: readonly Finding[];
}

async function judged(folder: string, file: string): Promise<Labelled> {
  const sql = readFileSync(join(folder, file), "utf8");
  const label = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(sql)?.[1] ?? "";
  const named = label("hazards")
    .replace(/[[\]]/g, "")
    .split(", ")
    .filter((one) => one !== "");
  const version = Number(label("pg_version").replaceAll('"', "")) || 15;
  const findings = async (size: TableSize): Promise<Finding[]> => {
    const read = await readMigration({ sql, version, sizes: sizeOfAll(sql, size) });
    if (typeof read === "string") throw new Error(`${file}: ${read}`);
    return read.flatMap((one) => one.findings);
  };
  const all = await findings(many);
  const isAlarm = ({ kind }: Finding): boolean => kind !== "note" && kind !== "unknown";
  return {
    ...{ file, verdict: label("verdict"), named },
    missed: named.filter((one) => !all.some(({ hazard }) => hazard === hazards[one])),
    alarms: all.filter(isAlarm),
    alarmsOfFew: (await findings(few)).filter(isAlarm),
  };
}

/** Prints the score. */
async function bench(folder: string): Promise<void> {
  const files = await Promise.all(
    readdirSync(folder)
      .filter((file) => file.endsWith(".sql"))
      .map((file) => judged(folder, file)),
  );
  const of = (verdict: string): Labelled[] => files.filter((one) => one.verdict === verdict);
  const words = (list: readonly Finding[]): string => list.map(({ hazard }) => hazard).join(", ");
  const dangerous = of("dangerous");
  const named = dangerous.flatMap((one) => one.named).length;
  const missed = dangerous.flatMap((one) => one.missed).length;
  const whole = dangerous.filter((one) => one.missed.length === 0).length;
  const quiet = of("safe").filter(({ alarms }) => alarms.length === 0).length;
  console.log(
    markdownTable([
      ["", "files", "right"],
      ["dangerous: every named hazard is found", `${dangerous.length}`, `${whole}`],
      ["dangerous: named hazards", `${named}`, `${named - missed}`],
      ["safe: no alarm", `${of("safe").length}`, `${quiet}`],
      ...of("context-dependent").map((one) => [
        `depends: ${one.file}`,
        `200 rows: ${words(one.alarmsOfFew) || "no alarm"}`,
        `50 million: ${words(one.alarms) || "no alarm"}`,
      ]),
    ]),
  );
  for (const one of dangerous.filter(({ missed: some }) => some.length > 0)) {
    console.log(`missed in ${one.file}: ${one.missed.join(", ")}`);
  }
  for (const { file, alarms } of of("safe").filter((one) => one.alarms.length > 0)) {
    for (const { words: said } of alarms) console.log(`false alarm in ${file}: ${said}`);
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("bench:migrations: expected a folder of labelled .sql files, got none; name it after --");
  process.exitCode = 2;
} else {
  await bench(folder);
}
