import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";

/** Starts a command where a copy on another host runs, whose engine answers at that address. Nobody talks to it. */
export function openOn(
  engine: string,
  copy: string,
  command: readonly string[],
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn("docker", ["exec", copy, ...command], {
    env: { ...process.env, DOCKER_HOST: engine },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
