import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { closeConnections } from "../../components/host/connection.ts";
import { connectionsFolder } from "../../components/host/ssh-config.ts";

/** The prefix of the folders of such connections; a namespace has no dots. */
const ownPrefix = "check.";

/** The age, in milliseconds, from which a connection was left by a command that was killed. */
const longestUse = 3600_000;

/** Gives a folder for connections that nobody else uses, and closes them at the end. */
export async function withOwnConnections<T>(work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(connectionsFolder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(connectionsFolder).filter((name) => name.startsWith(ownPrefix))) {
    const left = join(connectionsFolder, name);
    const used = statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - used > longestUse) rmSync(left, { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(connectionsFolder, ownPrefix));
  try {
    return await work(folder);
  } finally {
    await closeConnections(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}
