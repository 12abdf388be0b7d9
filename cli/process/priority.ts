import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * Gives a process that leads a session, and all that it starts, a lower priority: a tenth of the processors where others
 * want them all, so that a release is never held up for good.
 *
 * A release shares the machine with the copies that serve, and they go first. Linux compares sessions before it compares
 * the processes in one (sched(7), "The autogroup feature"), so the session is given its priority too; where the kernel
 * has no such feature, or it cannot be set, the process's own has to do.
 */
export function yieldToOthers(pid: number): void {
  const low = constants.priority.PRIORITY_BELOW_NORMAL;
  try {
    setPriority(pid, low);
    writeFileSync(`/proc/${pid}/autogroup`, String(low));
  } catch {
    // It has ended already, or this is another system.
  }
}
