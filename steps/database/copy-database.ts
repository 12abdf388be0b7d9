import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { AdministeredServer } from "../../components/contract/database.ts";
import type { RefreshTemplateInput } from "../../components/contract/template.ts";
import type { Machine } from "../machine/machine.ts";
import { openOn } from "../machine/other-engine.ts";
import { StepFailure } from "../step-failure.ts";

/** The database that a copy fills, and the role that everything in it belongs to. */
interface Copied extends AdministeredServer {
  readonly database: string;
  readonly owner: string;
}

/**
 * Copies a database from one host to another, through this process and no file.
 *
 * @throws StepFailure with what pg_dump or pg_restore said, without rows
 */
export async function copyDatabase(
  machine: Machine,
  source: RefreshTemplateInput["source"],
  to: Copied,
): Promise<void> {
  const plain = ["--no-owner", "--no-privileges"];
  const dump = openOn(source.engine, source.container, [
    ...["pg_dump", "--format", "custom", "--compress", "1", ...plain],
    ...["--username", source.administrator, "--dbname", source.database],
  ]);
  const restore = machine.open(to.container, [
    ...["pg_restore", "--exit-on-error", ...plain, "--role", to.owner],
    ...["--username", to.administrator, "--dbname", to.database],
  ]);
  restore.stdout.resume();
  const [dumped, restored] = await Promise.all([
    problemOf(dump),
    problemOf(restore),
    // Either end says why it broke off.
    pipeline(dump.stdout, restore.stdin).catch(() => undefined),
  ]);
  // A dump that broke off ends the restoring as well.
  if (dumped !== undefined)
    throw new StepFailure(`template: the database of ${source.stack} could not be dumped, got "${dumped}"`);
  if (restored !== undefined)
    throw new StepFailure(`template: the dump of ${source.stack} could not be restored, got "${restored}"`);
}

/** The first line of what a program said when it failed: lines after it may show rows. */
async function problemOf(child: ChildProcess & { readonly stderr: Readable }): Promise<string | undefined> {
  const ended = new Promise<number | string>((resolve) => {
    child.on("error", ({ message }) => {
      resolve(message);
    });
    child.on("close", (code, signal) => {
      resolve(code ?? signal ?? "");
    });
  });
  const [said, code] = await Promise.all([text(child.stderr), ended]);
  if (code === 0) return undefined;
  return said.trim().split("\n")[0] ?? String(code);
}
