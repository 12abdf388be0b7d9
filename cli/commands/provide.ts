import { application } from "../../application.ts";
import { imageMirrorOf } from "../../components/settings/settings.ts";
import type { Progress } from "../progress/progress.ts";
import { readProject } from "../project.ts";
import { placeOf } from "../place.ts";
import { settingsOf } from "../settings.ts";
import { getReady, type Ready } from "../setup/machine.ts";
import { stack } from "./session.ts";

/** Provides everything that the local environment needs, and starts nothing. */
export async function provide(progress: Progress, project = readProject()): Promise<Ready> {
  const settings = settingsOf(project, application.name, stack);
  const { namespace } = settings;
  const imageMirror = imageMirrorOf(settings);
  return getReady(project, { imageMirror, place: placeOf(project, stack, namespace) }, "start", progress);
}
