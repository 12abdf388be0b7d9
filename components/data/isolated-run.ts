import { randomBytes } from "node:crypto";

/** A container that reaches nothing and keeps nothing: no network, no database, no secret, no rights, no writable disk. */
export interface IsolatedRun {
  readonly name: string;
  /** For the docker client. */
  readonly arguments: readonly string[];
}

/** Runs a command of an image that only prints; `environment` is what the service has that holds no secret. */
export function isolatedRun(
  image: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): IsolatedRun {
  const name = `towpath-look-${randomBytes(4).toString("hex")}`;
  return {
    name,
    arguments: [
      ...["run", "--rm", "--name", name, "--network", "none", "--read-only", "--tmpfs", "/tmp"],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...Object.entries(environment).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
      ...[image, ...command],
    ],
  };
}
