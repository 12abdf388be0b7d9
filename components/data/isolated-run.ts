import { randomBytes } from "node:crypto";

/** A container that reaches nothing and keeps nothing: no network, no database, no secret, no rights, no writable disk. */
export interface IsolatedRun {
  readonly name: string;
  /** For the docker client. */
  readonly arguments: readonly string[];
}

/**
 * Runs a command of an image that only prints; `environment` is what the service has that holds no secret. By the labels a
 * run finds what an earlier one left that was killed.
 */
export function isolatedRun(
  image: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): IsolatedRun {
  const name = `towpath-look-${randomBytes(4).toString("hex")}`;
  return {
    name,
    arguments: [
      ...["run", "--rm", "--name", name, "--network", "none", "--read-only", "--tmpfs", "/tmp"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...Object.entries(environment).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
      ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...[image, ...command],
    ],
  };
}
