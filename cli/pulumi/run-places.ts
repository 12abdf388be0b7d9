import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { seenFrom, thisPlace, type ProcessPlace } from "../process/process-place.ts";
import { fileBackend } from "./state.ts";

/**
 * Writes down where a Pulumi runs, beside a state in files: its lock names host and process id, which mean nothing in
 * another container, nor after a restart.
 *
 * @returns a function that takes it back when that Pulumi has ended
 */
export function noteRun(environment: NodeJS.ProcessEnv, pid: number | undefined): () => void {
  const backend = fileBackend(environment);
  if (backend === undefined || pid === undefined) return () => undefined;
  const file = join(placesFolder(backend), `${pid}.${randomBytes(8).toString("hex")}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(thisPlace()), { mode: 0o600 });
  return () => {
    rmSync(file, { force: true });
  };
}

/** The place in which the Pulumi of a process id can be looked for; `here` when none was written down. */
export function placeOfRun(backend: string, pid: number, here = thisPlace()): ReturnType<typeof seenFrom> {
  const places = notesOf(backend, pid).map((file) =>
    seenFrom(JSON.parse(readFileSync(file, "utf8")) as ProcessPlace, here),
  );
  return (["elsewhere", "here"] as const).find((place) => places.includes(place)) ?? places[0] ?? "here";
}

/** Forgets a Pulumi that died. */
export function forgetRun(backend: string, pid: number): void {
  for (const file of notesOf(backend, pid)) rmSync(file, { force: true });
}

function notesOf(backend: string, pid: number): string[] {
  const folder = placesFolder(backend);
  try {
    const names = readdirSync(folder).filter((name) => name.startsWith(`${pid}.`));
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function placesFolder(backend: string): string {
  return join(dirname(backend), "runs");
}
