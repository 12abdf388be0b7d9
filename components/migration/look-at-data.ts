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
  // From 18 on the image has a folder for each version; data that was moved by hand is in the other place.
  const inFolders = ["18/docker/PG_VERSION", "PG_VERSION"];
  for (const path of recorded >= 18 ? inFolders : inFolders.reverse()) {
    const found = await read({ volume, path, image, limits });
    if ("text" in found) return Number(found.text);
    if (found.problem !== "absent") return recorded;
  }
  return undefined;
}
