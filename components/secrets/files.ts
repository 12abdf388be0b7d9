import type * as pulumi from "@pulumi/pulumi";
import { secretFile } from "../application/connections.ts";
import type { CopyFile } from "../host/host.ts";

/** Secret values by name. */
export type SecretValues = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * Secrets as files of a copy, readable by its user, and out of sight of `docker inspect`.
 *
 * They are part of the copy: a changed value makes a new one.
 */
export function secretFiles(secrets: SecretValues): CopyFile[] {
  return Object.entries(secrets).map(([name, content]) => ({
    path: secretFile(name).path,
    content,
    mode: "0444",
  }));
}

/** The variables that tell a program where its secrets are: `<NAME>_FILE`. */
export function secretFileVariables(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(secretFile).map(({ path, variable }) => [variable, path]));
}
