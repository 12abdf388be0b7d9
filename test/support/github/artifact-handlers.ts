import { statSync } from "node:fs";
import { paged } from "./pull-request-handlers.ts";
import type { Handler } from "./handlers.ts";
import type { Store } from "./store.ts";

/** What a workflow's run left, in a file on this machine. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  /** The commit that the run was of. */
  readonly headSha: string;
  /** The owner of the repository that the commit is in; the repository's own unless it is given. */
  readonly headOwner?: string;
  /** The zip. */
  readonly file: string;
}

/** The answers about the artifacts of workflows. */
export const artifactHandlers: Readonly<Record<string, Handler>> = {
  "get /repos/{owner}/{repo}/actions/artifacts": (asked) => {
    const name = asked.address.searchParams.get("name");
    const found = [...asked.store.artifacts.values()].filter((one) => name === null || one.name === name);
    const artifacts = found.reverse().map((one) => artifactOf(asked.store, one));
    return { ...paged(artifacts, asked), body: { total_count: artifacts.length, artifacts } };
  },
  "get /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}": ({
    store,
    values: [id],
    address,
  }) =>
    store.artifacts.has(Number(id))
      ? { status: 302, headers: { location: new URL(`/kept/${id ?? ""}.zip`, address).href } }
      : { status: 404, body: { message: "Not Found" } },
};

function artifactOf({ owner, repository, repositoryId }: Store, one: StoredArtifact): object {
  const url = `https://github.example/repos/${owner}/${repository}/actions/artifacts/${one.id}`;
  return {
    ...{ id: one.id, node_id: "artifact", name: one.name, size_in_bytes: statSync(one.file).size },
    ...{ url, archive_download_url: `${url}/zip`, expired: false },
    ...{ created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z", expires_at: null },
    workflow_run: {
      ...{ id: 1, repository_id: repositoryId },
      head_repository_id: one.headOwner === undefined ? repositoryId : repositoryId + 1,
      ...{ head_branch: "branch", head_sha: one.headSha },
    },
  };
}
