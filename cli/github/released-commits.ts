import type { Repository } from "./deployments.ts";

/** The status of a fork's commit that a maintainer has released for a preview: only who may write can set one. */
const context = "towpath/released";

/** Tells whether a maintainer has released a fork's commit, and not taken that back. */
export async function isReleased({ client, name }: Repository, commit: string): Promise<boolean> {
  const statuses = await client.list<{ context: string; state: string }>(
    "GET /repos/{owner}/{repo}/commits/{ref}/statuses",
    { ...name, ref: commit },
  );
  // Newest first.
  return (statuses ?? []).find((status) => status.context === context)?.state === "success";
}

/** Writes down at a fork's commit that a maintainer has released it, or has taken that back. */
export async function markReleased(
  { client, name }: Repository,
  commit: string,
  { by, isReleased: released }: { readonly by: string; readonly isReleased: boolean },
): Promise<void> {
  await client.ask("POST /repos/{owner}/{repo}/statuses/{sha}", {
    ...name,
    sha: commit,
    ...{ context, state: released ? "success" : "failure" },
    description: released ? `${by} released it for a preview` : `${by} took it back`,
  });
}
