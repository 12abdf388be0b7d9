import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { StateLocked } from "../problem.ts";
import { isAlive } from "../process/alive.ts";
import type { PulumiCall } from "./call.ts";
import { forgetRun, placeOfRun } from "./run-places.ts";
import { fileBackend } from "./state.ts";

/** A stack's lock and its owner, from Pulumi's lock file in a file backend. */
export interface Lock {
  readonly file: string;
  readonly stack: string;
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/** The facts that can be known of a lock's owner. */
export interface Machine {
  readonly hostname: string;
  /** The place in which the process of a lock can be looked for: see {@link placeOfRun}. */
  placeOf(lock: Lock): ReturnType<typeof placeOfRun>;
  /** Tells whether a process of that id runs here and may be Pulumi. */
  isAlive(pid: number): boolean;
}

/** The locks of a stack whose state is in files; elsewhere Pulumi reports them itself. */
export function readLocks({ project, stack, environment }: PulumiCall): Lock[] {
  const backend = fileBackend(environment);
  if (backend === undefined) return [];
  const folder = join(backend, "locks", "organization", project.name, stack);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((name) => {
    const file = join(folder, name);
    return { file, stack, ...(JSON.parse(readFileSync(file, "utf8")) as Omit<Lock, "file" | "stack">) };
  });
}

/**
 * Takes away locks whose owner died on this machine, and refuses to go on while anybody else holds one.
 *
 * A lock has no time limit of its own, so one whose owner was killed would stay for ever; one whose owner may live is
 * never touched.
 *
 * @returns a line for each lock that was taken away
 */
export function clearDeadLocks(locks: readonly Lock[], machine: Machine = thisMachine): string[] {
  const held = locks.filter((lock) => mayLive(lock, machine));
  if (held.length > 0) throw new StateLocked(held.map((lock) => stateLocked(lock, machine)).join("\n"));
  return locks.map((lock) => {
    for (const file of [lock.file, `${lock.file}.attrs`]) rmSync(file, { force: true });
    forgetRun(backendOf(lock), lock.pid);
    return `state: removed the lock of ${lock.username} (process ${lock.pid}), which died on this machine before it was done`;
  });
}

/** Tells whether the owner may live: nobody here knows of one on another machine or in another container. */
function mayLive(lock: Lock, machine: Machine): boolean {
  if (lock.hostname !== machine.hostname) return true;
  const place = machine.placeOf(lock);
  return place === "elsewhere" || (place === "here" && machine.isAlive(lock.pid));
}

/** The locks of a stack whose owners may be at work; see {@link readLocks}. */
export function heldLocks(call: PulumiCall, machine: Machine = thisMachine): Lock[] {
  return readLocks(call).filter((lock) => mayLive(lock, machine));
}

/** Tells whether the owner is a Pulumi that runs here, and no other process that happens to have its id. */
export function runsHere(lock: Lock, machine: Machine = thisMachine): boolean {
  return lock.hostname === machine.hostname && machine.placeOf(lock) === "here" && machine.isAlive(lock.pid);
}

/** The folder of the state that a lock is in: `<backend>/locks/organization/<project>/<stack>/<file>`. */
function backendOf({ file }: Lock): string {
  return join(dirname(file), "..", "..", "..", "..");
}

/** Says who holds the lock, and what can be done. */
export function stateLocked(lock: Lock, machine: Pick<Machine, "hostname" | "placeOf">): string {
  const since = lock.timestamp.replace("T", " ").slice(0, 16);
  const owner = `${lock.username}@${lock.hostname} (process ${lock.pid}) since ${since}`;
  return lock.hostname === machine.hostname && machine.placeOf(lock) !== "elsewhere"
    ? `state: locked by another run, got ${owner}; wait until it ends`
    : `state: locked by another run, got ${owner}; wait until it ends, or if that process is dead, "npm run pulumi -- cancel --yes ${lock.stack}"`;
}

const thisMachine: Machine = {
  hostname: hostname(),
  placeOf: (lock) => placeOfRun(backendOf(lock), lock.pid),
  isAlive: runsPulumi,
};

/**
 * Tells whether the process runs and may be Pulumi.
 *
 * A process id may belong to another program by now; where there is a `/proc`, its name decides. One that was killed
 * and whose parent has not noticed yet is still listed there, as `Z` or `X`.
 */
export function runsPulumi(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    const found = /^\d+ \((.*)\) (\w)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return found?.[1]?.startsWith("pulumi") === true && found[2] !== "Z" && found[2] !== "X";
  } catch {
    return true;
  }
}
