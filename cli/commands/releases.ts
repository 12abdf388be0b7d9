import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { failedRuns, type FailedRun } from "../pulumi/history.ts";
import { callFor } from "../stack/call.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import { minute } from "../terminal/duration.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of `towpath releases`. */
export interface Releases {
  readonly stack: string;
  /** Newest first; the first one runs. */
  readonly releases: readonly ReleaseRecord[];
  /** Runs that left no record, newest first. */
  readonly failed: readonly FailedRun[];
}

/** Lists what a stack released, and what failed. Changes nothing. */
export async function releases(stack: string, progress: Progress, project: Project): Promise<Releases> {
  checkKeepsRecords(stack);
  const call = await callFor("stack", stack, progress, project);
  const [records, failed] = await Promise.all([readRecords(call, run), failedRuns(call, run)]);
  return { stack, releases: records, failed };
}

/** The releases as a table, newest first, with the failed runs between them. */
export function releasesInWords({ stack, releases: records, failed }: Releases): string {
  if (records.length + failed.length === 0) return `${stack}: nothing was released yet`;
  const rows = [
    ...records.map((record, index) => ({ at: record.endedAt, row: rowOf(record, index === 0) })),
    ...failed.map(({ endedAt }) => ({
      at: endedAt,
      row: ["-", minute(endedAt), "-", "-", "-", "-", "-", "failed, without a record"],
    })),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return columns([
    ["release", "when (UTC)", "commit", "branch", "version", "schema", "by", "what"],
    ...rows.map(({ row }) => row),
  ]);
}

function rowOf(record: ReleaseRecord, isNewest: boolean): string[] {
  const { id, endedAt, commit, branch = "-", tag, version = "-", schema, by } = record;
  const { rollbackOf, unproven, receipts } = record;
  const what = [
    ...(isNewest ? ["runs"] : []),
    ...(tag === undefined ? [] : [`tag ${tag}`]),
    ...(rollbackOf === undefined ? [] : [`back from ${rollbackOf}`]),
    ...(receipts.endToEnd === undefined ? [] : ["end-to-end tested"]),
    ...(unproven === undefined ? [] : [`unproven: ${unproven.reason}`]),
  ];
  return [
    id,
    minute(endedAt),
    commit?.slice(0, 12) ?? "-",
    branch,
    version,
    schema?.after ?? "-",
    by,
    what.join(", "),
  ];
}
