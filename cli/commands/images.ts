import { builtImages } from "../../components/application/images.ts";
import { parseApplication } from "../../components/application/parse.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import { neededDigests, prune, type ImageUser, type PrunedRepository } from "../ci/prune.ts";
import { destinations, noRegistry } from "../ci/publish.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import { callFor } from "../stack/call.ts";
import { readRecords } from "../stack/release-records.ts";
import { settingsOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of `towpath images prune`. */
export interface Pruned {
  readonly dryRun: boolean;
  /** The stacks whose records were looked at. */
  readonly stacks: readonly string[];
  readonly repositories: readonly PrunedRepository[];
}

/**
 * Removes images that have expired from the registries that `ci` publishes to.
 *
 * Throws a Problem, before anything is removed, when no stack here has a release record: then nobody knows what is needed.
 */
export async function pruneImages(
  progress: Progress,
  { dryRun }: { readonly dryRun: boolean },
  project: Project,
  now = new Date(),
): Promise<Pruned> {
  const application = parseApplication(project.application);
  const { registries } = settingsOf(project, "ci") as CiSettings;
  if (registries.length === 0) throw new Problem(noRegistry.replace("--publish", "images"));
  const call = await callFor("config", "ci", progress, project);
  const all = await listStacks(project, process.env, run);
  const stacks: ImageUser[] = [];
  for (const one of all.filter(({ stack }) => stack !== "local" && stack !== "ci")) {
    const records = await readRecords(await callFor("stack", one.stack, progress, project), run);
    stacks.push({ ...one, records });
  }
  const needed = neededDigests(stacks);
  if (needed.size === 0) throw new Problem(nothingKnown(stacks.map(({ stack }) => stack)));
  const repositories: PrunedRepository[] = [];
  for (const destination of await destinations(registries, call, run)) {
    // The age of a ready-made one says nothing of when it was published.
    const images = Object.keys(builtImages(application.images));
    repositories.push(...(await prune(destination, images, needed, { dryRun, now }, progress)));
  }
  return { dryRun, stacks: stacks.map(({ stack }) => stack).sort(), repositories };
}

/** Says that it cannot be known which images are needed. */
export function nothingKnown(stacks: readonly string[]): string {
  const got = stacks.length === 0 ? "no state of any" : `none in ${stacks.join(", ")}`;
  return `images: expected release records of staging or production, got ${got}; run this where their state is, for example with PULUMI_BACKEND_URL`;
}

/** Says what was removed, or would be. */
export function prunedInWords({ dryRun, stacks, repositories }: Pruned): string {
  const rows = repositories.flatMap(({ repository, removed }) =>
    removed.map(({ digest, tags, days }) => [
      repository,
      digest.slice("sha256:".length).slice(0, 12),
      `${days} days`,
      tags.join(" "),
    ]),
  );
  const removed = rows.length;
  const kept = repositories.reduce((sum, one) => sum + one.kept, 0);
  const verb = dryRun ? "would be removed" : "removed";
  const summary = `${removed} ${removed === 1 ? "image" : "images"} ${verb}, ${kept} stay; the records of ${stacks.join(", ")} were looked at`;
  return removed === 0 ? summary : `${columns(rows)}\n\n${summary}`;
}
