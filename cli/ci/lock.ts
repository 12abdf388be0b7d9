import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import { isAlive } from "../process/alive.ts";
import { seenFrom, thisPlace, type ProcessPlace } from "../process/process-place.ts";

/** The holder of a lock, and the place of its process, as the lock's file names them. */
export interface Owner extends Partial<ProcessPlace> {
  readonly pid: number;
  /** The start of the process, as the system counts: another process may get the same id later. */
  readonly started?: string;
  readonly since: string;
  /** Another one for each hold of the same lock. */
  readonly token: string;
}

/** A lock that is held. */
export interface Lock {
  /** The owner that died before it gave the lock back, if one did. */
  readonly tookOverFrom: Owner | undefined;
  release(): void;
}

/** Somebody who lives holds the lock. */
export class Held extends Error {
  readonly owner: Owner;
  readonly file: string;

  constructor(owner: Owner, file: string) {
    super(`held by process ${owner.pid}`);
    this.owner = owner;
    this.file = file;
  }
}

/**
 * Takes a lock: a file that is there while its owner works.
 *
 * The file comes into being whole (`link` fails where there is one), so two can never both make it. That of a dead owner
 * is replaced by whoever holds a second lock, named after that one hold of it, and still finds it there: a hold that has
 * ended is never replaced, and neither is one that has begun since.
 *
 * Throws a Held when its owner lives.
 */
export function takeLock(file: string, isAlive: (owner: Owner) => boolean = ownerLives): Lock {
  mkdirSync(dirname(file), { recursive: true });
  const mine = thisProcess();
  const draft = `${file}.${mine.token}.new`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (linked(draft, file)) return held(file, mine, undefined);
      const owner = readOwner(file);
      if (owner === undefined) continue; // given back meanwhile
      if (isAlive(owner)) throw new Held(owner, file);
      const replacing = takeLock(`${file}.${owner.token}`, isAlive);
      try {
        if (readOwner(file)?.token !== owner.token) continue;
        renameSync(draft, file);
        return held(file, mine, owner);
      } finally {
        replacing.release();
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Reads the holder of a lock; undefined when nobody holds it. */
export function readOwner(file: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const owner = JSON.parse(text) as Owner;
    if (Number.isInteger(owner.pid) && /^[0-9a-f]+$/.test(owner.token)) return owner;
  } catch {
    // Reported below.
  }
  throw new Problem(
    `${file}: expected the owner of a lock, got ${JSON.stringify(text.slice(0, 60))}; remove the file`,
  );
}

/** Describes this process, for a lock that it takes or a list that it joins. */
export function thisProcess(): Owner {
  const started = startOf(process.pid)?.started;
  return {
    pid: process.pid,
    ...defined({ started }),
    since: new Date().toISOString(),
    ...thisPlace(),
    token: randomBytes(8).toString("hex"),
  };
}

/** Tells whether the process still runs and is the same one. One on another machine or in another container may. */
export function ownerLives({ pid, started, machine, boot, pids }: Owner): boolean {
  if (machine !== undefined) {
    const there = { machine, ...defined({ boot, pids }) };
    const seen = seenFrom(there);
    if (seen !== "here") return seen === "elsewhere";
  }
  if (!isAlive(pid)) return false;
  const now = startOf(pid);
  // Where there is no /proc, the id has to do.
  if (now === undefined || started === undefined) return true;
  return now.started === started && now.state !== "Z" && now.state !== "X";
}

/** Reads `/proc/<id>/stat`: `id (name) state … start …`. */
function startOf(pid: number): { state: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function held(file: string, mine: Owner, tookOverFrom: Owner | undefined): Lock {
  return {
    tookOverFrom,
    release() {
      if (readOwner(file)?.token === mine.token) rmSync(file, { force: true });
    },
  };
}
