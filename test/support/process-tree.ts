import { readdirSync, readFileSync } from "node:fs";
import { until } from "./until.ts";

/**
 * Kills a process and everything that it started, all at once and without a warning: what a crash or a power cut does.
 *
 * Children that lead a session of their own are found too, because the process table still has their parent. Waits
 * until all have ended; one that nobody has buried yet has ended.
 */
export async function killTree(root: number): Promise<void> {
  const parents = parentsOfAll();
  const tree = new Set([root]);
  // A set is walked to its end, also what is added on the way.
  for (const parent of tree) {
    for (const [child, its] of parents) if (its === parent) tree.add(child);
  }
  // All stand still first, so that none can start another or clear up while the rest are being killed.
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const id of tree) send(id, signal);
  await until(`the end of ${[...tree].join(", ")}`, 60, () => ![...tree].some(runs) || undefined);
}

/** Every process's parent. */
function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const parent = /^\d+$/.test(entry) ? statOf(Number(entry))?.parent : undefined;
    if (parent !== undefined) parents.set(Number(entry), parent);
  }
  return parents;
}

/** Tells whether a process is there and has not ended. */
export function runs(id: number): boolean {
  const state = statOf(id)?.state;
  return state !== undefined && state !== "Z" && state !== "X";
}

/** Reads `/proc/<id>/stat`: `id (name) state parent …`; undefined when the process is gone. */
function statOf(id: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function send(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It ended meanwhile.
  }
}
