import type { PreviewSettings } from "../../components/settings/preview.ts";
import { repositoryNameOf } from "../../components/github/facts.ts";
import { githubClient, onGithub } from "../github/access.ts";
import type { Repository } from "../github/deployments.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { callFor } from "../stack/call.ts";
import { previewSettings } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";

/**
 * The settings that all previews start from.
 *
 * @throws Problem when they name a commit: each preview runs its own
 */
export function sharedSettings(project: Project): PreviewSettings {
  const settings = previewSettings(project, { ...process.env, TOWPATH_COMMIT: "" }) as PreviewSettings;
  if (settings.commit !== undefined) throw new Problem(commitIsSet(settings.commit));
  return settings;
}

/** Says that all previews would run the same commit. */
export function commitIsSet(commit: string): string {
  return `towpath:commit: expected none in Pulumi.preview.yaml, as each preview runs its own, got ${JSON.stringify(commit)}; remove it`;
}

/** The repository on GitHub whose pull requests have previews; undefined where the settings name none. */
export async function repositoryOf(
  settings: PreviewSettings,
  progress: Progress,
  project: Project,
): Promise<Repository | undefined> {
  const on = onGithub(settings);
  if (on === undefined) return undefined;
  const call = (): Promise<PulumiCall> => callFor("config", settings.previewName, progress, project);
  return { client: await githubClient(on, call, progress, run), name: repositoryNameOf(on.repository) };
}

/** Says that GitHub cannot be asked. */
export const noRepository =
  'towpath:github: expected the repository whose pull requests have previews, got nothing; set it in Pulumi.preview.yaml or say --commit, for example { "repository": "octocat/notes" }';
