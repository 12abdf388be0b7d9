import { join } from "node:path";
import { download } from "../github/download.ts";
import type { Repository } from "../github/deployments.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";

/**
 * Fetches the images of a fork's commit that the workflow without secrets built and left on GitHub, into a folder. The
 * artifact's name is the fork's to choose; which commit it is of, GitHub says.
 *
 * @returns the file; undefined while there is none
 */
export async function fetchImages(
  { client, name }: Repository,
  commit: string,
  { folder, run }: { readonly folder: string; readonly run: Run },
): Promise<string | undefined> {
  const found = await client.ask("GET /repos/{owner}/{repo}/actions/artifacts", {
    ...{ ...name, name: `images-${commit}`, per_page: 100 },
  });
  const artifact = found?.data.artifacts.find(
    ({ expired, workflow_run: build }) => !expired && build?.head_sha === commit,
  );
  if (artifact === undefined) return undefined;
  const address = await client.addressOf(
    "GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}",
    { ...name, artifact_id: artifact.id, archive_format: "zip" },
  );
  if (address === undefined) return undefined;
  const zip = join(folder, "images.zip");
  await download(address, zip);
  const { code, stderr } = await run("unzip", ["-o", "-j", "-q", zip, "images.tar", "-d", folder]);
  if (code !== 0) throw new Problem(noImages(artifact.name, stderr.trim()));
  return join(folder, "images.tar");
}

/** Says that an artifact is not what the workflow leaves. */
export function noImages(artifact: string, got: string): string {
  return `pull-request: expected the file images.tar in the artifact ${artifact}, got ${JSON.stringify(got)}; build it again, with unzip on this machine`;
}
