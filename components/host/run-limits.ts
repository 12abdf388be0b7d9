import type { RunLimits } from "../contract/command-run.ts";
import type { Limits } from "../settings/limits.ts";
import { temporaryFolder } from "./program/limits.mjs";

/** The limits of a command where users are: those of each copy of a service. */
export function limitsFromSettings({ memory, pids }: Pick<Limits, "memory" | "pids">): RunLimits {
  return { memory, pids, remedy: "raise towpath:limits.memory" };
}

/** The arguments of `docker create` for these limits: memory without swap, processes, and a `/tmp` in memory. */
export function limitArguments({ memory, pids }: RunLimits): string[] {
  return [
    "--memory",
    String(memory),
    "--memory-swap",
    String(memory),
    "--pids-limit",
    String(pids),
    "--tmpfs",
    `/tmp:${temporaryFolder(memory)}`,
  ];
}
