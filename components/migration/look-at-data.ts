import { imageReference } from "../application/images.ts";
import type { RunLimits } from "../contract/container-run.ts";
import type { RegistryAccount } from "../host/docker-login.ts";
import { askDocker, pull } from "../host/host-engine.ts";
import { limitArguments } from "../host/run-limits.ts";
import type { HostConnection } from "../host/ssh-config.ts";
import { lookSeconds, printedBy } from "./isolated-run.ts";
import type { PrintFromImage } from "./migration-plan.ts";

/** Prints from images on a host, in containers that reach nothing and keep nothing. */
export function printingOn(
  connection: HostConnection,
  account: RegistryAccount | undefined,
  limits: RunLimits,
): PrintFromImage {
  return async (image, command, environment) => {
    const problem = await pull(connection, image, account);
    if (problem !== undefined) return { problem: `no image: ${problem}` };
    return printedBy({ image, command, environment, limits }, async (run) => {
      const end = await askDocker(connection, run.arguments, lookSeconds);
      // One that was not done in time would go on.
      if (!end.succeeded) await askDocker(connection, ["rm", "--force", run.name]);
      return end;
    });
  };
}

/** The major version of PostgreSQL that made a volume; undefined when it is not there, or empty. */
export async function postgresVersionOf(
  connection: HostConnection,
  volume: string,
  { recorded, imageMirror, limits }: { recorded: number; imageMirror: string; limits: RunLimits },
): Promise<number | undefined> {
  // A volume that is not there would be made by looking into it.
  const { succeeded } = await askDocker(connection, ["volume", "inspect", volume]);
  if (!succeeded) return undefined;
  const image = imageReference(`postgres:${recorded}`, imageMirror);
  const look = [
    "run",
    "--rm",
    "--network",
    "none",
    "--volume",
    `${volume}:/data:ro`,
    ...limitArguments(limits),
  ];
  const answer = await askDocker(
    connection,
    [...look, "--entrypoint", "cat", image, "/data/PG_VERSION"],
    lookSeconds,
  );
  if (answer.succeeded) return Number(answer.stdout);
  return /no such file/i.test(answer.stderr) ? undefined : recorded;
}
