import { isUtf8 } from "node:buffer";
import { chmod, lstat, open, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { blankedOut } from "../delivered.ts";
import type { EndedRun } from "../machine/machine.ts";

/** The part of a file that shows whether it is text, in bytes: as much as git looks at. */
const lookedAt = 8000;

/**
 * Copies files and folders of a run into a folder, and blanks the secrets that the step delivered out of the text
 * among them.
 *
 * @returns the paths that are not there
 */
export async function copyArtifacts(
  run: Pick<EndedRun, "copyOut">,
  paths: readonly string[],
  folder: string,
): Promise<string[]> {
  const missing: string[] = [];
  for (const path of paths) {
    const copy = join(folder, basename(path));
    if (await run.copyOut(path, copy)) for (const file of await filesOf(copy)) await blankFile(file);
    else missing.push(path);
  }
  return missing;
}

/**
 * A file, or those in a folder and below it; links are none, they may lead out of it. Node's own walk through folders
 * (`recursive`) follows links, in some versions.
 */
async function filesOf(path: string): Promise<string[]> {
  const found = await lstat(path);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) return [];
  const files: string[] = [];
  for (const name of await readdir(path)) files.push(...(await filesOf(join(path, name))));
  return files;
}

/** Blanks secrets out of a file of text, in whatever encoding has no zero bytes; another file stays as it is. */
async function blankFile(file: string): Promise<void> {
  // It has the rights that it had in the run.
  await chmod(file, (await lstat(file)).mode | 0o600);
  if (await isBinary(file)) return;
  const bytes = await readFile(file);
  const encoding = isUtf8(bytes) ? "utf8" : "latin1";
  const text = bytes.toString(encoding);
  const blanked = blankedOut(text);
  if (blanked !== text) await writeFile(file, blanked, encoding);
}

async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    return buffer.subarray(0, bytesRead).includes(0);
  } finally {
    await handle.close();
  }
}
