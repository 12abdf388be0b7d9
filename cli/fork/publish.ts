import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseApplication } from "../../components/application/parse.ts";
import { publishedImages } from "../../components/application/running-services.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import { destinations, publish } from "../ci/publish.ts";
import { loadImages } from "../ci/saved-images.ts";
import type { Repository } from "../github/deployments.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { fetchImages } from "./images.ts";

/**
 * Publishes the images of a fork's commit that the workflow without secrets has built: under its commit, and nothing else.
 *
 * @returns false while they are not built
 */
export async function publishFork(
  repository: Repository,
  commit: string,
  progress: Progress,
  project: Project,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "towpath-fork-"));
  try {
    const file = await fetchImages(repository, commit, { folder, run });
    if (file === undefined) return false;
    await publishFrom(file, commit, progress, project);
    return true;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function publishFrom(
  file: string,
  commit: string,
  progress: Progress,
  project: Project,
): Promise<void> {
  const { registries } = settingsOf(project, "ci") as CiSettings;
  const call = await callFor("config", "ci", progress, project);
  const to = await destinations(registries, call, run);
  const wanted = publishedImages(parseApplication(project.application));
  const { environment } = call;
  const images = await loadImages(wanted, { commit, file }, { run, environment });
  try {
    await publish({ images, tags: { moving: [commit] } }, to, call, run, progress);
  } finally {
    await run("docker", ["image", "rm", ...Object.values(images)], { environment });
  }
}
