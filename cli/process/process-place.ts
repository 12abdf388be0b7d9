import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { defined } from "../../components/input/defined.ts";

/** The place in which a process id has a meaning. */
export interface ProcessPlace {
  /** The machine: its name, and the id that its system was given where it has one. */
  readonly machine: string;
  /** The start of its system: a process from before it is no more. */
  readonly boot?: string;
  /** The namespace in which process ids are counted, as each container has one of its own. */
  readonly pids?: string;
}

/** The place of this process. */
export function thisPlace(): ProcessPlace {
  const boot = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const pids = read(() => readlinkSync("/proc/self/ns/pid"));
  return {
    machine: [hostname(), read(() => readFileSync("/etc/machine-id", "utf8").trim())]
      .filter(Boolean)
      .join(" "),
    ...defined({ boot, pids }),
  };
}

/**
 * Tells whether a process id from there can be looked up here: `gone` when its machine was started again since,
 * `elsewhere` when nobody here can know.
 */
export function seenFrom(
  there: ProcessPlace,
  here: ProcessPlace = thisPlace(),
): "here" | "gone" | "elsewhere" {
  if (there.machine !== here.machine || there.pids !== here.pids) return "elsewhere";
  return there.boot === here.boot ? "here" : "gone";
}

function read(from: () => string): string | undefined {
  try {
    return from();
  } catch {
    return undefined;
  }
}
