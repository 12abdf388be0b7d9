import type { Repository } from "./deployments.ts";

/** A pull request, as far as its preview depends on it. */
export interface PullRequest {
  readonly number: number;
  readonly isOpen: boolean;
  readonly isDraft: boolean;
  readonly labels: readonly string[];
  /** The commit at the end of its branch. */
  readonly commit: string;
  readonly branch: string;
  /** The branch that it would be merged into. */
  readonly base: string;
  /** True when its branch is in another repository, whose owner need not be trusted. */
  readonly isFork: boolean;
}

/** A pull request as it is now; undefined when the repository has none of that number, or no longer. */
export async function readPullRequest(
  { client, name }: Repository,
  number: number,
): Promise<PullRequest | undefined> {
  const answer = await client.ask("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
    ...name,
    pull_number: number,
  });
  if (answer === undefined) return undefined;
  const { state, draft, labels, head, base } = answer.data;
  return {
    ...{ number, isOpen: state === "open", isDraft: draft === true },
    labels: labels.map((label) => label.name),
    ...{ commit: head.sha, branch: head.ref, base: base.ref },
    // The repository of a head is gone when its owner removed the fork.
    isFork: (head.repo as { full_name: string } | null)?.full_name !== base.repo.full_name,
  };
}

/** Tells whether a user may change the repository's content: as a maintainer, by GitHub's word `write` or `admin`. */
export async function mayWrite({ client, name }: Repository, username: string): Promise<boolean> {
  const answer = await client.ask("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
    ...name,
    username,
  });
  return answer !== undefined && ["admin", "write"].includes(answer.data.permission);
}

/** The files that a pull request changes, by their paths; of those that moved, both. */
export async function changedFiles({ client, name }: Repository, number: number): Promise<string[]> {
  const files = await client.list<{ filename: string; previous_filename?: string }>(
    "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
    { ...name, pull_number: number },
  );
  return (files ?? []).flatMap(({ filename, previous_filename: before }) =>
    before === undefined ? [filename] : [filename, before],
  );
}

/** Takes a label off a pull request; one that it does not have is no problem. */
export async function removeLabel(
  { client, name }: Repository,
  number: number,
  label: string,
): Promise<void> {
  await client.ask("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", {
    ...{ owner: name.owner, repo: name.repo, issue_number: number, name: label },
  });
}
