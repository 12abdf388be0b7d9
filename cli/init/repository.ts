import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { defined } from "../../components/input/defined.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { connectionNames, variablesIn } from "./variables.ts";

/** A git repository, as far as a project for it is found in there. Paths are those from its root. */
export interface Repository {
  readonly root: string;
  /** The project's folder; empty for the root itself. */
  readonly folder: string;
  /** The files that git has, or would add. */
  readonly paths: readonly string[];
  /** A file's text; undefined when there is none. */
  readonly read: (path: string) => string | undefined;
  /** The variables that each file names: those of connections, and of examples such as `.env.example`. */
  readonly mentions: ReadonlyMap<string, ReadonlySet<string>>;
  /** The repository on GitHub: `owner/name`. */
  readonly github?: string;
}

/** Files that say which variables a program wants, without their values. */
export const exampleFile =
  /(?:^|\/)(?:\.env\.(?:[\w-]+\.)*(?:example|sample|template|dist)|(?:example|sample)\.env)$/;

/** The longest that git may take for one look at a large repository, in milliseconds. */
const patience = 60_000;

/** Reads the repository that a folder is in, through git: what it ignores is not seen. */
export async function readRepository(folder: string, run: Run): Promise<Repository> {
  const here = realpathSync.native(folder);
  const top = await run("git", ["-C", here, "rev-parse", "--show-toplevel", "--show-prefix"], {
    timeout: patience,
  });
  if (top.failure === "ENOENT") throw new Problem(noGit);
  if (top.code !== 0) throw new Problem(noRepository(here, top.stderr));
  const [root = here, prefix = ""] = top.stdout.split("\n");
  const git = (...args: readonly string[]) => run("git", ["-C", root, ...args], { timeout: patience });
  const [listed, remote] = await Promise.all([
    git("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
    git("remote", "get-url", "origin"),
  ]);
  if (listed.code !== 0) throw new Problem(noRepository(here, listed.stderr));
  const paths = listed.stdout.split("\0").filter((path) => path !== "" && !foreign.test(path));
  const read = (path: string): string | undefined => {
    const file = join(root, path);
    return existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
  };
  const names = paths
    .filter((path) => exampleFile.test(path))
    .flatMap((path) => variablesIn(read(path) ?? "").map(({ name }) => name))
    .filter((name) => /^\w+$/.test(name));
  const words = [connectionNames, ...new Set(names.flatMap((name) => [name, `${name}_FILE`]))].join("|");
  const found = await git("grep", "--untracked", "-I", "-z", "-o", "-w", "-E", words, "--", ".", ...untold);
  const github = githubOf(remote.code === 0 ? remote.stdout.trim() : "");
  return {
    root,
    paths,
    read,
    folder: prefix.replace(/\/$/, ""),
    mentions: mentionsIn(found.stdout),
    ...defined({ github }),
  };
}

/** Files that others wrote. */
const foreign = /(?:^|\/)(?:node_modules|vendor|third_party|\.venv|venv)\//;

/** Files that name variables and are no program: documents, workflows and compose files. */
const untold = ["*.md", "*.rst", "*.yml", "*.yaml", "*.lock", "*lock.json", "*.env*", ".env*"].map(
  (pattern) => `:(exclude,glob)**/${pattern}`,
);

function mentionsIn(grepped: string): Map<string, Set<string>> {
  const mentions = new Map<string, Set<string>>();
  for (const line of grepped.split("\n")) {
    const [path, name] = line.split("\0");
    if (path === undefined || name === undefined || foreign.test(path)) continue;
    mentions.set(path, (mentions.get(path) ?? new Set()).add(name));
  }
  return mentions;
}

/** The repository that a remote's address names, when it is on GitHub. */
export function githubOf(remote: string): string | undefined {
  return /^(?:https?:\/\/(?:[^@/]*@)?|ssh:\/\/(?:[^@/]*@)?|(?:[^@/:]+@)?)github\.com(?::\d+)?[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
    remote,
  )?.[1];
}

/** Says that git is missing. */
export const noGit = "git: not found, and init looks through the repository with it; install git";

/** Says that there is no repository, or none that git would read. */
export function noRepository(folder: string, answer: string): string {
  const said = answer.trim().split("\n", 1)[0] ?? "";
  const got = said.includes("not a git repository") ? "none there or above" : `"${said}"`;
  return `${folder}: expected a folder of a git repository, got ${got}; go to one of the application's repository, or run git init at its root`;
}
