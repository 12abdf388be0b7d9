import { imageReference } from "../application/images.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import type { PrintFromImage } from "./pending-migrations.ts";

/** Prints from images on a host. */
export function printingOn({ look }: Pick<HostView, "look">, limits: RunLimits): PrintFromImage {
  return (image, command, environment) => look({ image, command, environment, limits });
}

/** The major version of PostgreSQL that made a volume; undefined when it is not there, or empty. */
export async function postgresVersionOf(
  { read }: Pick<HostView, "read">,
  volume: string,
  { recorded, imageMirror, limits }: { recorded: number; imageMirror: string; limits: RunLimits },
): Promise<number | undefined> {
  const image = imageReference(`postgres:${recorded}`, imageMirror);
  const found = await read({ volume, path: "PG_VERSION", image, limits });
  if ("text" in found) return Number(found.text);
  return found.problem === "absent" ? undefined : recorded;
}
