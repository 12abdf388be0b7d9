import { readdirSync, readFileSync } from "node:fs";

/**
 * Kills a process and everything that it started, all at once and without a warning: what a crash or a power cut does.
 *
 * Children that lead a session of their own are found too, for the process table still says who their parent is.
 */
export function killTree(root: number): void {
  const parents = parentsOfAll();
  const tree = new Set([root]);
  // A set is walked to its end, also what is added on the way.
  for (const parent of tree) {
    for (const [child, its] of parents) if (its === parent) tree.add(child);
  }
  // All stand still first, so that none can start another or clear up while the rest are being killed.
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) for (const id of tree) send(id, signal);
}

/** Every process's parent, from `/proc/<id>/stat`: `id (name) state parent …`. */
function parentsOfAll(): Map<number, number> {
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  return parents;
}

function send(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    // It ended meanwhile.
  }
}

/** Whether a process of that id runs. */
export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
