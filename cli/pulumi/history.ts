import { join } from "node:path";
import type { Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "./call.ts";

/** A run that did not come to its end. */
export interface FailedRun {
  /** Its beginning and its end, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** The last runs of `up` that failed, newest first, out of as many runs as records are kept; none where Pulumi knows none. */
export async function failedRuns(
  { project, stack, environment }: PulumiCall,
  run: Run,
): Promise<FailedRun[]> {
  const { code, stdout } = await run(
    join(pulumiFolder(project), "pulumi"),
    ["stack", "history", "--stack", stack, "--json", "--page-size", "50", "--page", "1"],
    { cwd: project.root, environment },
  );
  if (code !== 0) return [];
  const entries = JSON.parse(stdout) as {
    kind: string;
    result: string;
    startTime: string;
    endTime: string;
  }[];
  return entries
    .filter(({ kind, result }) => kind === "update" && result === "failed")
    .map(({ startTime, endTime }) => ({ startedAt: startTime, endedAt: endTime }));
}
