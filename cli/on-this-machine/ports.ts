import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Published } from "../docker/published.ts";
import { Problem } from "../problem.ts";
import { isAlive } from "../process/alive.ts";
import { ownTemporaryFolder } from "../process/temporary-folder.ts";

/** The first port that an environment is given. */
const firstPort = 8080;
const lastPort = 65535;

/** The facts that a port is chosen by. */
export interface PortChoice {
  readonly namespace: string;
  /** The port that this environment had until now. */
  readonly before: number | undefined;
  /** The ports of all environments on the engine. */
  readonly published: readonly Published[];
  /** Ports that this environment's settings ask for. */
  readonly wanted: readonly number[];
  /** Tells whether nothing else listens on the port; always true where the engine is on another machine. */
  isFree(port: number): Promise<boolean>;
  /** Keeps other runs from choosing the port, until this one is done. */
  reserve(port: number): boolean;
}

/**
 * The port of an environment whose settings name none: the one it has, so that its address stays, else the first from 8080
 * that no other environment has, also one that is stopped.
 */
export async function choosePort(choice: PortChoice): Promise<number> {
  const { namespace, published, wanted } = choice;
  const own = published.find(
    (one) => one.namespace === namespace && one.gatewayPort !== undefined,
  )?.gatewayPort;
  const kept = choice.before ?? own;
  if (kept !== undefined) return kept;
  const taken = new Set([...published.flatMap(({ ports }) => ports), ...wanted]);
  // Found free by listening: of a port that another run has just chosen, that would be seen as somebody who listens there.
  for (let port = firstPort; port <= lastPort; port++) {
    if (!taken.has(port) && choice.reserve(port) && (await choice.isFree(port))) return port;
  }
  throw new Problem(noPort);
}

/** Says that no port is left. */
export const noPort = `towpath:port: every port from ${firstPort} on is taken, got none that is free; stop what you do not need`;

/**
 * Tells whether a port of this machine can be listened on, found by trying: on IPv6, too, where browsers ask first. A
 * port that only root may open counts as free: the engine opens it.
 */
export async function isFree(port: number): Promise<boolean> {
  const free = await Promise.all(["127.0.0.1", "::1"].map((host) => isFreeOn(host, port)));
  return !free.includes(false);
}

function isFreeOn(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code !== "EADDRINUSE");
    });
    server.listen({ port, host, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/**
 * Takes a port for as long as this process runs; false when another process that runs has it.
 *
 * Two runs that begin at once find the same port free, and only one of their gateways could have it.
 */
export function reservePort(port: number, folder = ownTemporaryFolder("ports")): boolean {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (runs(Number(readFileSync(file, "utf8")))) return false;
    rmSync(file, { force: true });
    return reservePort(port, folder);
  }
  process.on("exit", () => {
    rmSync(file, { force: true });
  });
  return true;
}

/** Tells whether a process of that id runs; one that has written nothing yet is about to. */
function runs(pid: number): boolean {
  return pid === 0 || (Number.isInteger(pid) && isAlive(pid));
}
