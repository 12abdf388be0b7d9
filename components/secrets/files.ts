import type * as pulumi from "@pulumi/pulumi";
import { secretPaths } from "../application/secret-paths.ts";
import type { CopyFile } from "../host/host.ts";

/** Secret values by name. */
export type SecretValues = Readonly<Record<string, pulumi.Output<string>>>;

/**
 * Secrets as files of a copy with these variables, readable by its user, and out of sight of `docker inspect`.
 *
 * They are part of the copy: a changed value makes a new one.
 */
export function secretFiles(
  secrets: SecretValues,
  environment: Readonly<Record<string, string>> = {},
): CopyFile[] {
  return Object.entries(secrets).flatMap(([name, content]) =>
    secretPaths(name, environment).map((path) => ({ path, content, mode: "0444" as const })),
  );
}
