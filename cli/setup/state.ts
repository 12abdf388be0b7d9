import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { stateFolders, type StackFolders } from "../pulumi/folders.ts";
import { passphraseFile, passphraseIsGiven } from "../pulumi/passphrase.ts";
import type { Requirement } from "./requirement.ts";

/**
 * A place for the state and a passphrase for its secrets: below the project, kept out of git.
 *
 * A passphrase is made once and never again: one that is missing beside an existing state is an error, for a new one
 * could open nothing. `PULUMI_BACKEND_URL`, `PULUMI_CONFIG_PASSPHRASE` and `PULUMI_CONFIG_PASSPHRASE_FILE` win over both.
 */
export function stateRequirement(
  project: Project,
  { state: folder }: Pick<StackFolders, "state">,
  given: NodeJS.ProcessEnv,
): Requirement {
  const passphrase = passphraseFile(project);
  const ownState = given.PULUMI_BACKEND_URL === undefined;
  const ownPassphrase = ownState && !passphraseIsGiven(given);
  return {
    title: "state",
    check: () => {
      if (ownPassphrase && !existsSync(passphrase)) {
        const encrypted = stateFolders(project).find(hasStacks);
        if (encrypted !== undefined) throw new Problem(passphraseMissing(relative(project.root, encrypted)));
      }
      return Promise.resolve((!ownPassphrase || existsSync(passphrase)) && (!ownState || existsSync(folder)));
    },
    provide: () => {
      if (ownState) mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (ownPassphrase) writeOnce(passphrase, `${randomBytes(32).toString("base64url")}\n`);
      return Promise.resolve();
    },
  };
}

/** Says that nothing opens a state that there is. */
export function passphraseMissing(state: string): string {
  return (
    `state: ${state} is encrypted with a passphrase, got no file .towpath/passphrase; put that file back, ` +
    'or remove this environment with its data by "npm run destroy -- --by-labels" and start anew'
  );
}

/** Tells whether any stack was ever made here. */
function hasStacks(folder: string): boolean {
  const stacks = join(folder, ".pulumi", "stacks");
  return (
    existsSync(stacks) &&
    readdirSync(stacks, { recursive: true }).some((file) => String(file).endsWith(".json"))
  );
}

/** Writes a file whole or not at all, and never over another. */
function writeOnce(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
