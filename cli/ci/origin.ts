import { readFileSync } from "node:fs";
import { join } from "node:path";
import { branchSlug } from "../../components/naming/namespace.ts";
import { readWorkspace } from "../../components/workspace.ts";
import type { Project } from "../project.ts";
import type { Run } from "../run.ts";

/** Where the source of a run's images comes from. */
export interface Origin {
  /** The commit, ending in `-dirty` when the working tree differs from it; undefined without git. */
  readonly commit?: string;
  readonly branch?: string;
  /** As package.json has it. */
  readonly version: string;
}

/** Asks git and the variables of GitHub Actions. */
export async function originOf(
  project: Project,
  run: Run,
  given: NodeJS.ProcessEnv = process.env,
): Promise<Origin> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const { code, stdout } = await run("git", ["-C", project.root, ...args]);
    return code === 0 ? stdout.trim() : undefined;
  };
  const [head, changes] = await Promise.all([git("rev-parse", "HEAD"), git("status", "--porcelain")]);
  const branch = readWorkspace(project.root, given).branch ?? given.GITHUB_REF_NAME;
  const { version } = JSON.parse(readFileSync(join(project.root, "package.json"), "utf8")) as {
    version: string;
  };
  return {
    ...(head !== undefined && { commit: changes === "" ? head : `${head}-dirty` }),
    ...(branch !== undefined && { branch }),
    version,
  };
}

/** The tags of a published image: its commit, its branch as a short name, the version, and `latest`. */
export function tagsOf({ commit, branch, version }: Origin): string[] {
  return [
    ...(commit === undefined ? [] : [commit]),
    ...(branch === undefined ? [] : [branchSlug(branch)]),
    version,
    "latest",
  ];
}

/** What a published image says of its source: the build arguments that Towpath sets. */
export function factsOf({ commit, branch, version }: Origin): Record<string, string> {
  return {
    BUILD_VERSION: version,
    ...(commit !== undefined && { BUILD_COMMIT: commit }),
    ...(branch !== undefined && { BUILD_BRANCH: branch }),
  };
}
