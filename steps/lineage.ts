import { readFileSync } from "node:fs";
import { StepFailure } from "./step-failure.ts";

/** The processes from this step's parent up to the Pulumi that began it; the parent alone where that cannot be seen. */
let began: readonly number[] | undefined;

/** Notes the run that this step belongs to. */
export function knowRun(): void {
  began = lineage();
}

/**
 * Makes sure that the run which began this step goes on. What a step that was left behind still wrote would come after the
 * next run has looked.
 *
 * @throws StepFailure
 */
export function checkRun(): void {
  if (began === undefined) return;
  const now = lineage();
  if (now[0] === 1 || now.join(" ") !== began.join(" ")) {
    throw new StepFailure("the run that began this step has ended; nothing more is changed");
  }
}

function lineage(): number[] {
  const ids = [process.ppid];
  for (const id of ids) {
    const { name, parent } = processOf(id) ?? {};
    if (name === "pulumi") return ids;
    if (parent !== undefined && parent > 0) ids.push(parent);
  }
  return [process.ppid];
}

/** Reads a process from Linux: `/proc/<id>/stat` begins with `id (name) state parent`. */
function processOf(id: number): { name: string; parent: number } | undefined {
  try {
    const found = /^\d+ \((.*)\) \w (\d+)/s.exec(readFileSync(`/proc/${id}/stat`, "utf8"));
    return found === null ? undefined : { name: found[1] ?? "", parent: Number(found[2]) };
  } catch {
    return undefined;
  }
}
