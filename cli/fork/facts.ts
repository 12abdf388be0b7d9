import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { byCommands } from "../../components/application/migrations.ts";
import { parseApplication } from "../../components/application/parse.ts";
import type { PreviewSettings } from "../../components/settings/preview.ts";
import { defined } from "../../components/input/defined.ts";
import type { ForkFacts, ForkSettings } from "../comment/fork-facts.ts";
import type { Repository } from "../github/deployments.ts";
import type { PullRequest } from "../github/pull-requests.ts";
import { isReleased } from "../github/released-commits.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import { stackOutputs } from "../pulumi/state.ts";
import { settingsFileOf } from "../stack/settings-file.ts";
import { previewSettings } from "../stack/settings.ts";
import { fetchSql } from "./migrations-sql.ts";
import { newMigrations } from "./new-migrations.ts";
import { isOfProgram, settingsChanges, stackOfFile } from "./settings-changes.ts";

/** A file that a pull request changes. */
interface ChangedFile {
  readonly filename: string;
  readonly previous_filename?: string;
  readonly status: string;
  /** The id of its content. */
  readonly sha: string | null;
}

/** Finds what can be said of a fork's pull request without secrets. Nothing of the fork is run: its files are read from GitHub, as text. */
export async function forkFacts(
  { number, commit }: PullRequest,
  repository: Repository,
  project: Project,
): Promise<ForkFacts> {
  const { client, name } = repository;
  const { triggers } = previewSettings(project) as PreviewSettings;
  const files = await client.list<ChangedFile>("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", {
    ...name,
    pull_number: number,
  });
  const all = files ?? [];
  const named = all.flatMap(({ filename, previous_filename }) =>
    previous_filename === undefined ? [filename] : [filename, previous_filename],
  );
  return {
    ...{ commit, label: triggers.forkLabel, files: all.length },
    isReleased: await isReleased(repository, commit),
    settings: await changedSettings(all, repository, project),
    program: named.filter(isOfProgram).sort(),
    ...defined({ migration: await migrationOf(commit, repository, project) }),
  };
}

async function changedSettings(
  files: readonly ChangedFile[],
  repository: Repository,
  project: Project,
): Promise<ForkSettings[]> {
  const changed: ForkSettings[] = [];
  for (const { filename, status, sha } of files) {
    const stack = stackOfFile(filename);
    if (stack === undefined) continue;
    const before = ownFile(project, stack);
    const after = status === "removed" || sha === null ? undefined : await blob(sha, repository);
    changed.push(settingsChanges({ stack, ...defined({ before, after }) }));
  }
  return changed;
}

async function blob(sha: string, { client, name }: Repository): Promise<string | undefined> {
  const found = await client.ask("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", {
    ...name,
    file_sha: sha,
  });
  return found && Buffer.from(found.data.content, "base64").toString("utf8");
}

/** A settings file of the checkout, which is the repository's own. */
function ownFile({ root }: Project, stack: string): string | undefined {
  const file = join(root, settingsFileOf(stack));
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

async function migrationOf(
  commit: string,
  repository: Repository,
  project: Project,
): Promise<ForkFacts["migration"]> {
  const { migrations, postgres } = parseApplication(project.application);
  if (byCommands(migrations) === undefined) return undefined;
  const stacks = await listStacks(project, process.env, run);
  const staging = stacks.find(({ stack }) => stack === "staging");
  const { release } = stackOutputs(staging?.deployment) as { release?: { commit?: string } };
  const ofFork = await fetchSql(repository, commit, run);
  const ofStaging =
    release === undefined
      ? ""
      : release.commit === undefined
        ? undefined
        : await fetchSql(repository, release.commit, run, { isOwn: true });
  return newMigrations(defined({ ofFork, ofStaging }), postgres?.version ?? 0);
}
