import { constants, chmodSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { envFile } from "../../components/settings/env-file.ts";
import type { Run } from "../process/run.ts";

const example = `${envFile}.example`;

/**
 * Makes the project's `.env` from its example where an environment is new and has none.
 *
 * @returns what a person has to know: that it was made, and that git would keep it
 */
export async function prepareEnvFile(root: string, isNew: boolean, run: Run): Promise<string[]> {
  const file = join(root, envFile);
  const isMade = isNew && !existsSync(file) && existsSync(join(root, example));
  if (isMade) {
    copyFileSync(join(root, example), file, constants.COPYFILE_EXCL);
    chmodSync(file, 0o600);
  }
  if (!existsSync(file)) return [];
  return [...(isMade ? [madeFrom] : []), ...(await keptByGit(root, run))];
}

async function keptByGit(root: string, run: Run): Promise<string[]> {
  const git = async (...args: string[]): Promise<number | null> =>
    (await run("git", [...args, "--", envFile], { cwd: root })).code;
  // 0: ignored; 128: no repository.
  if ((await git("check-ignore", "--quiet")) !== 1) return [];
  return [(await git("ls-files", "--error-unmatch")) === 0 ? tracked : notIgnored];
}

/** Says that the file is new. */
export const madeFrom = `${envFile}: made from ${example}; put your own values in`;

/** Says that everybody who has the repository has the values. */
export const tracked = `${envFile}: git keeps it, with all its values; run git rm --cached ${envFile} and add ${envFile} to .gitignore`;

/** Says that the next commit could take it up. */
export const notIgnored = `${envFile}: git does not ignore it, so that a commit could take it up; add ${envFile} to .gitignore`;
