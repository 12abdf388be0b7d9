import { application } from "../../application.ts";
import { imageMirrorOf } from "../../components/settings/settings.ts";
import { readProject } from "../project.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { getReady, type Ready } from "../setup/machine.ts";
import { stack } from "../stack/session.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** Provides everything that the local environment needs, and starts nothing. */
export async function provide(progress: Progress, project = readProject()): Promise<Ready> {
  const settings = settingsOf(project, application.name, stack);
  const { namespace } = settings;
  const imageMirror = imageMirrorOf(settings);
  return getReady(project, { imageMirror, folders: foldersOf(project, stack, namespace) }, "start", progress);
}
