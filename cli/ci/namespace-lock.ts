import { join } from "node:path";
import { Problem } from "../problem.ts";
import { seenFrom, thisPlace } from "../process/process-place.ts";
import { ownTemporaryFolder } from "../process/temporary-folder.ts";
import type { Project } from "../project.ts";
import { namespaceFolder } from "../pulumi/folders.ts";
import type { Progress } from "../terminal/progress.ts";
import { Held, takeLock, type Lock } from "./lock.ts";

/** Takes the namespace for this run alone: in this clone, and on this machine, where others may have the same one by BRANCH_NAME. */
export function lockNamespace(
  project: Pick<Project, "privateFolder">,
  namespace: string,
  progress: Progress,
): Pick<Lock, "release"> {
  const onMachine = join(ownTemporaryFolder("ci"), `${namespace}.lock`);
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  try {
    for (const file of [join(namespaceFolder(project, namespace), "ci.lock"), onMachine])
      locks.push(takeLock(file));
    const dead = locks.find(({ tookOverFrom }) => tookOverFrom !== undefined)?.tookOverFrom;
    if (dead !== undefined) progress.say(tookOver(namespace, dead.pid));
    return { release };
  } catch (error) {
    release();
    if (error instanceof Held) throw new Problem(namespaceHeld(namespace, error.owner, error.file));
    throw error;
  }
}

/** Says that another run is at work. */
export function namespaceHeld(
  namespace: string,
  owner: Held["owner"],
  file: string,
  here = thisPlace(),
): string {
  const { pid, since, machine } = owner;
  const time = since.replace("T", " ").slice(0, 16);
  const elsewhere = machine !== undefined && seenFrom({ ...owner, machine }, here) === "elsewhere";
  const where = elsewhere ? ` on ${machine.split(" ")[0]} or in another container` : "";
  const over = elsewhere ? `, remove ${file} if that process is dead` : "";
  return `ci: another run of ${namespace} is at work, got process ${pid}${where} since ${time}; wait until it ends${over}, or set WORKSPACE_ID to run beside it`;
}

/** Says that an earlier run was killed. */
export function tookOver(namespace: string, pid: number): string {
  return `ci: removing what an earlier run of ${namespace} left, whose process ${pid} died before it was done`;
}
