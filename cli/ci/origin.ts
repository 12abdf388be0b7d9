import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../components/input/defined.ts";
import { branchSlug } from "../../components/naming/namespace.ts";
import { readWorkspace } from "../../components/naming/read-workspace.ts";
import { askRemoteHead, defaultBranchOf } from "../../components/plan/default-branch.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";

/** The origin of the source of a run's images. */
export interface Origin {
  /** The commit, ending in `-dirty` when the working tree differs from it; undefined without git. */
  readonly commit?: string;
  readonly branch?: string;
  /** True for a clean working tree of the repository's default branch. */
  readonly isDefault: boolean;
  /** The version in package.json; undefined where it has none. */
  readonly version?: string;
  /** The start of the run, as ISO 8601 in UTC, in whole seconds. */
  readonly time: string;
  /** The number of the run in GitHub Actions. */
  readonly number?: string;
  /** The address of the repository: `https://github.com/owner/notes`. */
  readonly source?: string;
}

/** Asks git, package.json and the variables of GitHub Actions. */
export async function originOf(
  project: Project,
  run: Run,
  given: NodeJS.ProcessEnv = process.env,
  now = new Date(),
): Promise<Origin> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const { code, stdout } = await run("git", ["-C", project.root, ...args]);
    return code === 0 ? stdout.trim() : undefined;
  };
  const [head, changes, remoteHead, remote] = await Promise.all([
    git("rev-parse", "HEAD"),
    git("status", "--porcelain"),
    git(...askRemoteHead),
    git("remote", "get-url", "origin"),
  ]);
  const branch = readWorkspace(project.root, given).branch ?? githubsBranch(given);
  const defaultBranch = defaultBranchOf(given, remoteHead);
  const version = versionOf(project);
  const source = sourceOf(given, remote);
  const { GITHUB_RUN_NUMBER: number } = given;
  return {
    ...(head !== undefined && { commit: changes === "" ? head : `${head}-dirty` }),
    ...defined({ branch }),
    isDefault: head !== undefined && changes === "" && branch === defaultBranch,
    ...defined({ version }),
    time: now.toISOString().replace(/\.\d+Z$/, "Z"),
    ...defined({ number, source }),
  };
}

/** The origin of images that are published; a release is found by its commit, so that there has to be one. */
export async function publishedOrigin(project: Project, run: Run): Promise<Origin> {
  const origin = await originOf(project, run);
  if (origin.commit !== undefined) return origin;
  throw new Problem(
    "--publish: expected a commit to publish the images under, got none in git; commit first, in a git repository",
  );
}

/** The tags of a published image. */
export interface Tags {
  /** Tags that each publication moves: the commit, the branch as a short name and, of the default branch, `latest`. */
  readonly moving: readonly string[];
  /** The version's tag, which the first clean publication of the default branch takes for good. */
  readonly permanent?: string;
}

/**
 * The tags of a published image. `latest` and versions are what people take without asking where they come from: they
 * are given to clean working trees of the default branch only.
 */
export function tagsOf({ commit, branch, isDefault, version }: Origin): Tags {
  return {
    moving: [
      ...(commit === undefined ? [] : [commit]),
      ...(branch === undefined ? [] : [branchSlug(branch)]),
      ...(isDefault ? ["latest"] : []),
    ],
    ...(isDefault && version !== undefined && { permanent: versionTag(version) }),
  };
}

/** The facts of a published image's source: the build arguments, and the variables of its containers. */
export function factsOf({
  commit,
  branch,
  version,
  time,
  number,
  source,
}: Origin): Readonly<Record<string, string>> {
  return {
    ...defined({ BUILD_VERSION: version, BUILD_COMMIT: commit }),
    BUILD_TIME: time,
    ...defined({ BUILD_NUMBER: number, BUILD_BRANCH: branch, BUILD_SOURCE: source }),
  };
}

/** Tags know no `+`, which SemVer puts before build metadata: Helm and others write `_` for it. */
function versionTag(version: string): string {
  return version.replaceAll("+", "_");
}

function versionOf({ root }: Project): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version?: unknown };
    return typeof version === "string" && version !== "" ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The branch that a workflow runs for; a tag may be called as a branch is, and is none. */
function githubsBranch({ GITHUB_REF_TYPE, GITHUB_REF_NAME }: NodeJS.ProcessEnv): string | undefined {
  return GITHUB_REF_TYPE === "tag" ? undefined : GITHUB_REF_NAME;
}

/** The repository's page, without the user and password of a remote's address. */
function sourceOf(
  { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: NodeJS.ProcessEnv,
  remote = "",
): string | undefined {
  if (server !== undefined && repository !== undefined) return `${server}/${repository}`;
  const found =
    /^(?:https?|ssh):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(remote) ??
    /^(?:[^@/:]+@)?([^/:]+):(?!\/)(.+?)(?:\.git)?\/?$/.exec(remote);
  return found === null ? undefined : `https://${found[1]}/${found[2]}`;
}
