import type { HostView } from "../host/host-view.ts";
import { askCommand } from "../host/plain-program.ts";
import type { Question } from "./program/main.mjs";
import type { State } from "./program/scheduler.mjs";

/** The command that asks the program which takes backups, inside of its container. */
export function backupsCommand(operation: "state" | "run" | "drill"): string[] {
  return askCommand({ operation });
}

/** Asks that program for the state of a host's backups, or for more; undefined when it does not answer. */
export async function askBackups(
  host: Pick<HostView, "run">,
  container: string,
  question: Question = { operation: "state" },
): Promise<State | undefined> {
  return backupsIn(await host.run(container, askCommand(question)));
}

/** The state in the program's answer. */
export function backupsIn(answer: string | undefined): State | undefined {
  return answer === undefined ? undefined : (JSON.parse(answer) as State);
}
