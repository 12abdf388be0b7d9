import { chmodSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";

/**
 * This user's folder for something that all clones on the machine share, below the temporary folder, where anybody may
 * make one of that name first.
 *
 * @throws Problem when it is not this user's alone
 */
export function ownTemporaryFolder(purpose: string, parent = tmpdir()): string {
  const folder = join(parent, `towpath-${purpose}-${userInfo().username}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const problem = whyForeign(lstatSync(folder), process.getuid?.());
  if (problem !== undefined) throw new Problem(notOwn(folder, problem));
  chmodSync(folder, 0o700);
  return folder;
}

/** The reason why somebody else may have made a file there; undefined when only this user can. */
export function whyForeign(
  found: Pick<Stats, "isDirectory" | "isSymbolicLink" | "uid" | "mode">,
  user: number | undefined,
): string | undefined {
  if (found.isSymbolicLink()) return "a symbolic link";
  if (!found.isDirectory()) return "a file";
  if (user === undefined) return undefined; // a system without user ids
  if (found.uid !== user) return `one of the user ${found.uid}`;
  return (found.mode & 0o022) === 0 ? undefined : `the mode ${(found.mode & 0o777).toString(8)}`;
}

/** Says that a folder cannot be trusted. */
export function notOwn(folder: string, problem: string): string {
  return `${folder}: expected a folder of yours that nobody else writes to, got ${problem}; remove it`;
}
