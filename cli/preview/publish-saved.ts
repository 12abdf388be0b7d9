import { parseApplication } from "../../components/application/parse.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import { destinations, publish } from "../ci/publish.ts";
import { loadImages } from "../ci/saved-images.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** Publishes the images of a fork's commit that a workflow without secrets has built: under its commit, and nothing else. */
export async function publishSaved(
  file: string,
  commit: string,
  progress: Progress,
  project: Project,
): Promise<void> {
  const { registries } = settingsOf(project, "ci") as CiSettings;
  const call = await callFor("config", "ci", progress, project);
  const to = await destinations(registries, call, run);
  const wanted = Object.keys(parseApplication(project.application).images);
  const { environment } = call;
  const images = await loadImages(wanted, { commit, file }, { run, environment });
  try {
    await publish({ images, tags: { moving: [commit] } }, to, call, run, progress);
  } finally {
    await run("docker", ["image", "rm", ...Object.values(images)], { environment });
  }
}
