import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GithubError } from "../../components/github/client.ts";
import type { Repository } from "./deployments.ts";

/** The start of the branches with pictures of previews; the application's name and the preview's stack follow. */
const start = "towpath-pictures";

/** The branch with the pictures of a preview, or the start of all of them. */
export function pictureBranch(application: string, stack = ""): string {
  return `${start}/${application}/${stack}`;
}

/**
 * Puts pictures into a branch of the repository's own, in the place of those that were there: a comment shows what has an
 * address on GitHub. The branch has one commit, which nothing else leads to.
 *
 * @returns the addresses, by the files' names
 * @throws GithubError also where the token may not write
 */
export async function putPictures(
  { client, name }: Repository,
  branch: string,
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
): Promise<Readonly<Record<string, string>>> {
  const made = <Answer>(answer: { readonly data: Answer } | undefined): Answer => {
    if (answer !== undefined) return answer.data;
    throw new GithubError(mayNotWrite(client.place, "404"), { status: 404, got: "404" });
  };
  const tree = [];
  for (const file of files) {
    const content = readFileSync(join(folder, file), "base64");
    const blob = { ...name, content, encoding: "base64" };
    const { sha } = made(await client.ask("POST /repos/{owner}/{repo}/git/blobs", blob));
    tree.push({ path: file, mode: "100644", type: "blob", sha } as const);
  }
  const { sha: root } = made(await client.ask("POST /repos/{owner}/{repo}/git/trees", { ...name, tree }));
  const message = "Pictures of a preview, for the comment on its pull request";
  const commit = made(
    await client.ask("POST /repos/{owner}/{repo}/git/commits", { ...name, message, tree: root, parents: [] }),
  );
  await point({ client, name }, branch, commit.sha);
  const page = commit.html_url.replace(/\/commit\/[0-9a-f]+$/, "");
  return Object.fromEntries(files.map((file) => [file, `${page}/blob/${commit.sha}/${file}?raw=true`]));
}

/** Says that GitHub hides the repository from a token that may not write. */
function mayNotWrite(place: string, got: string): string {
  return `${place}: expected a token that may write the repository's contents, for pictures, got ${got}; give it that permission`;
}

/** Lets a branch end at a commit, and makes it where it is not there. */
async function point({ client, name }: Repository, branch: string, sha: string): Promise<void> {
  if (await isThere({ client, name }, branch)) {
    const ref = `heads/${branch}`;
    await client.ask("PATCH /repos/{owner}/{repo}/git/refs/{ref}", { ...name, ref, sha, force: true });
  } else {
    await client.ask("POST /repos/{owner}/{repo}/git/refs", { ...name, ref: `refs/heads/${branch}`, sha });
  }
}

/** The branches whose names begin so. */
export async function branchesFrom({ client, name }: Repository, beginning: string): Promise<string[]> {
  const found = await client.list<{ readonly ref: string }>(
    "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
    { ...name, ref: `heads/${beginning}` },
  );
  return (found ?? []).map(({ ref }) => ref.replace(/^refs\/heads\//, ""));
}

async function isThere(repository: Repository, branch: string): Promise<boolean> {
  return (await branchesFrom(repository, branch)).includes(branch);
}

/**
 * Removes the branch with a preview's pictures.
 *
 * @returns false where there is none, or somebody else was faster
 */
export async function removePictures(repository: Repository, branch: string): Promise<boolean> {
  if (!(await isThere(repository, branch))) return false;
  const { client, name } = repository;
  const route = "DELETE /repos/{owner}/{repo}/git/refs/{ref}";
  try {
    await client.ask(route, { ...name, ref: `heads/${branch}` });
    return true;
  } catch (error) {
    if (error instanceof GithubError && error.status === 422) return false;
    throw error;
  }
}
