import { readdirSync, readFileSync } from "node:fs";
import { until } from "../../components/input/until.ts";

/** The time that a session has to end after its run, in milliseconds: at most a step's call of the docker client. */
const patience = 30_000;

/** The time between two looks, in milliseconds. */
const interval = 50;

/**
 * Waits until nothing of a session runs any more, by the process that led it: after a run that was stopped, a step of it
 * may still be ending, and must not change anything once the run is reported as ended. Only Linux shows sessions:
 * elsewhere it does not wait.
 */
export async function sessionEnd(leader: number): Promise<void> {
  await until(
    () => runsInSession(leader),
    (runs) => !runs,
    { deadline: Date.now() + patience, interval },
  );
}

/** Tells whether a process of a session runs; `/proc/<id>/stat` begins with `id (name) state parent group session`. */
function runsInSession(leader: number): boolean {
  return processIds().some((id) => {
    try {
      const found = /\) (\w) \d+ \d+ (\d+)/.exec(readFileSync(`/proc/${id}/stat`, "utf8"));
      return Number(found?.[2]) === leader && found?.[1] !== "Z" && found?.[1] !== "X";
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

function processIds(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
