import type { GithubClient } from "../../components/github/client.ts";
import type { RepositoryName } from "../../components/github/facts.ts";

/** The repository's own variables, by name. Only reads. */
export async function readVariables(
  client: GithubClient,
  repository: RepositoryName,
): Promise<Record<string, string>> {
  const found = await client.list<{ name: string; value: string }>(
    "GET /repos/{owner}/{repo}/actions/variables",
    repository,
  );
  return Object.fromEntries((found ?? []).map(({ name, value }) => [name, value]));
}
