import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Problem } from "../problem.ts";

/** The time that the images of a commit may take to come, in milliseconds. */
const patience = 10 * 60_000;

/** Fetches what a workflow left on GitHub, from where GitHub keeps it, into a file. */
export async function download(address: string, file: string): Promise<void> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(patience) });
  if (!answer.ok || answer.body === null)
    throw new Problem(`pull-request: expected the artifact of a build, got ${answer.status}; run it again`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(file));
}
