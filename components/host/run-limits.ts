import type { RunLimits } from "../contract/command-run.ts";
import type { Limits } from "../settings/limits.ts";
import { size } from "./preflight.ts";

/** The most processes where no setting says it: as many as Podman gives a container, see podman-run(1). */
const mostProcesses = 2048;

/** The limits of a command where users are: those of each copy of a service. */
export function limitsFromSettings({ memory, pids }: Pick<Limits, "memory" | "pids">): RunLimits {
  return { memory, pids, remedy: "raise towpath:limits.memory" };
}

/** The limits of a command where no setting says them: half of the engine's memory, as Linux gives a tmpfs, see tmpfs(5). */
export function limitsFromEngine(memoryTotal: number): RunLimits {
  return {
    memory: Math.floor(memoryTotal / 2),
    pids: mostProcesses,
    remedy: "give the Docker engine more memory, of which it may use half",
  };
}

/**
 * The arguments of `docker create` for these limits: memory without swap, processes, and a `/tmp` in memory, of half of it.
 *
 * Programs may be started from there, as from a `/tmp` in the container's own file system: runtimes unpack libraries there.
 */
export function limitArguments({ memory, pids }: RunLimits): string[] {
  return [
    "--memory",
    String(memory),
    "--memory-swap",
    String(memory),
    "--pids-limit",
    String(pids),
    "--tmpfs",
    `/tmp:exec,size=${temporaryBytes(memory)}`,
  ];
}

/** The end of a command by its limits, in words that follow its name. */
export interface LimitedEnd {
  readonly how: string;
  readonly remedy: string;
}

/** The known facts of a command that failed. */
export interface Ending {
  readonly exitCode: number | undefined;
  /** True when the kernel has ended one of its processes for want of memory; undefined where nothing tells. */
  readonly outOfMemory?: boolean;
  /** The last that it printed. */
  readonly printed: string;
}

/** The exit code of a program that was ended by SIGKILL, which is how the kernel ends one for want of memory. */
const killed = 137;

/** Returns how its limits ended a command that failed; undefined for one that ended otherwise. */
export function endedByLimits(
  { exitCode, outOfMemory, printed }: Ending,
  { memory, remedy }: RunLimits,
): LimitedEnd | undefined {
  const smaller = `${remedy}, or do the work in smaller parts`;
  if (outOfMemory === true)
    return { how: `needed more memory than its limit of ${size(memory)}`, remedy: smaller };
  if (exitCode === killed) {
    return {
      how: `was killed (exit code ${killed}), as for want of memory, of which it has ${size(memory)}`,
      remedy: `if nobody ended it, ${smaller}`,
    };
  }
  if (/no space left on device|ENOSPC/i.test(printed)) {
    return {
      how: `found no room: /tmp holds ${size(temporaryBytes(memory))}, half of its memory, or the disk is full`,
      remedy: `${remedy}, write less to /tmp, or free some of the disk`,
    };
  }
  return undefined;
}

function temporaryBytes(memory: number): number {
  return Math.floor(memory / 2);
}
