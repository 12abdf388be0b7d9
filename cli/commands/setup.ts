import { imageMirrorOf } from "../../components/settings/settings.ts";
import type { Project } from "../project.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { getReady, type Ready } from "../setup/machine.ts";
import { stack } from "../stack/session.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/** Provides everything that the local environment needs, and starts nothing. */
export async function provide(progress: Progress, project: Project): Promise<Ready> {
  const settings = settingsOf(project, stack);
  const { namespace } = settings;
  const imageMirror = imageMirrorOf(settings);
  return getReady(project, { imageMirror, folders: foldersOf(project, stack, namespace) }, "start", progress);
}
