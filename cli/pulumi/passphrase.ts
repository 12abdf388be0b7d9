import { join } from "node:path";
import type { Project } from "../project.ts";

/** The file with the passphrase that encrypts the secrets in the states that this clone keeps itself. */
export function passphraseFile(project: Pick<Project, "privateFolder">): string {
  return join(project.privateFolder, "passphrase");
}

/** Tells whether the person keeps the passphrase: then none is made, read or expected here. */
export function passphraseIsGiven(given: NodeJS.ProcessEnv): boolean {
  return given.PULUMI_CONFIG_PASSPHRASE !== undefined || given.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
}

/** Tells whether this clone's own passphrase opens the state. */
export function usesOwnPassphrase(given: NodeJS.ProcessEnv = process.env): boolean {
  return given.PULUMI_BACKEND_URL === undefined && !passphraseIsGiven(given);
}
