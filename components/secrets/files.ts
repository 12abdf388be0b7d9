import type * as pulumi from "@pulumi/pulumi";
import { secretFile } from "../application/connections.ts";

/** Secret values by name. */
export type SecretValues = Readonly<Record<string, pulumi.Output<string>>>;

/** A file that the docker package writes into a container before it starts. */
export interface SecretUpload {
  readonly file: string;
  readonly content: pulumi.Output<string>;
  readonly permissions: string;
}

/**
 * Secrets as files of a container, readable by its user, and out of sight of `docker inspect`.
 *
 * They are part of the container: a changed value makes a new copy.
 */
export function secretUploads(secrets: SecretValues): SecretUpload[] {
  return Object.entries(secrets).map(([name, content]) => ({
    file: secretFile(name).path,
    content,
    permissions: "0444",
  }));
}

/** The variables that tell a program where its secrets are: `<NAME>_FILE`. */
export function secretFileVariables(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map(secretFile).map(({ path, variable }) => [variable, path]));
}
