import { GithubError, type GithubClient } from "../../components/github/client.ts";
import type { RepositoryName } from "../../components/github/facts.ts";
import { defined } from "../../components/input/defined.ts";

/** A repository on GitHub, and the client that asks about it. */
export interface Repository {
  readonly client: GithubClient;
  readonly name: RepositoryName;
}

/** A deployment that is to be told of on GitHub. */
export interface DeploymentWish {
  /** The environment's name on GitHub: `staging`, `pr-12`. */
  readonly environment: string;
  readonly commit: string;
  /** True when the environment goes away again. */
  readonly isTransient: boolean;
}

/** A deployment on GitHub that is under way. */
export interface Deployment extends DeploymentWish {
  readonly id: number;
}

/** The end of a deployment. */
export type DeploymentEnd =
  | { readonly state: "success"; readonly url: string }
  | { readonly state: "failure"; readonly reason: string };

/** The most characters that GitHub takes of a status' description. */
const longestDescription = 140;

/** Tells GitHub that a deployment begins: as a deployment of its environment, and as a status of the commit. */
export async function beginDeployment(repository: Repository, wish: DeploymentWish): Promise<Deployment> {
  const { environment, commit, isTransient } = wish;
  const answer = await repository.client.ask("POST /repos/{owner}/{repo}/deployments", {
    ...repository.name,
    ref: commit,
    environment,
    // What is deployed was decided already: GitHub neither merges nor asks for checks.
    auto_merge: false,
    required_contexts: [],
    transient_environment: isTransient,
    production_environment: environment === "production",
  });
  const { data } = answer ?? {};
  if (data === undefined || !("id" in data))
    throw new Error(`GitHub has no ${repository.name.repo} to deploy`);
  const deployment = { ...wish, id: Number(data.id) };
  await tell(repository, deployment, "in_progress", `${environment} is being deployed`);
  return deployment;
}

/** The deployment that GitHub itself began for the workflow's job that this runs in; undefined elsewhere. */
export async function jobsDeployment(
  { client, name }: Repository,
  wish: DeploymentWish,
): Promise<Deployment | undefined> {
  const run = runAddress(process.env);
  if (run === undefined) return undefined;
  const found = await client.ask("GET /repos/{owner}/{repo}/deployments", {
    ...name,
    ...{ environment: wish.environment, per_page: 1 },
  });
  const [newest] = found?.data ?? [];
  if (newest === undefined) return undefined;
  const id = Number(newest.id);
  const statuses = await client.ask("GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...name,
    deployment_id: id,
  });
  const isOfRun = statuses?.data.some(({ log_url }) => log_url === run || log_url?.startsWith(`${run}/`));
  return isOfRun === true ? { ...wish, id } : undefined;
}

/**
 * Tells GitHub how a deployment ended. After a success, earlier ones of the environment are over; those of an environment
 * that goes away are removed.
 */
export async function endDeployment(
  repository: Repository,
  deployment: Deployment,
  end: DeploymentEnd,
): Promise<void> {
  const { environment } = deployment;
  if (end.state === "failure") {
    await tell(repository, deployment, "failure", end.reason);
    return;
  }
  await tell(repository, deployment, "success", `${environment} runs it`, end.url);
  const earlier = (await deploymentsOf(repository, environment)).filter((id) => id < deployment.id);
  if (deployment.isTransient) {
    for (const id of earlier) await removeDeployment(repository, id);
  } else if (environment === "production" && earlier[0] !== undefined) {
    // GitHub does so by itself for environments that are neither production nor transient.
    await makeInactive(repository, earlier[0]);
  }
}

/**
 * Removes an environment from GitHub, with all its deployments; nothing where there is none.
 *
 * @returns what could not be removed, as a line for people; undefined when nothing is left
 */
export async function removeEnvironment(
  repository: Repository,
  environment: string,
): Promise<string | undefined> {
  for (const id of await deploymentsOf(repository, environment)) await removeDeployment(repository, id);
  try {
    await repository.client.ask("DELETE /repos/{owner}/{repo}/environments/{environment_name}", {
      ...repository.name,
      environment_name: environment,
    });
    return undefined;
  } catch (error) {
    // A workflow's own token may remove deployments, and no environments.
    if (!(error instanceof GithubError) || error.status !== 403) throw error;
    return `GitHub keeps the empty environment ${environment}, got ${error.got}; give ${repository.client.place} a token that may administer the repository`;
  }
}

/** The ids of an environment's deployments, on all pages. */
async function deploymentsOf({ client, name }: Repository, environment: string): Promise<number[]> {
  const found = await client.list<{ id: number }>("GET /repos/{owner}/{repo}/deployments", {
    ...name,
    environment,
  });
  return (found ?? []).map(({ id }) => id);
}

/** Removes a deployment: it has to be inactive before. */
async function removeDeployment(repository: Repository, id: number): Promise<void> {
  const { client, name } = repository;
  await makeInactive(repository, id);
  await client.ask("DELETE /repos/{owner}/{repo}/deployments/{deployment_id}", {
    ...name,
    deployment_id: id,
  });
}

async function makeInactive({ client, name }: Repository, id: number): Promise<void> {
  await client.ask("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...name,
    ...{ deployment_id: id, state: "inactive" },
  });
}

async function tell(
  { client, name }: Repository,
  { id, environment, commit }: Deployment,
  state: "in_progress" | "success" | "failure",
  said: string,
  url?: string,
): Promise<void> {
  const description = shortOf(said);
  const log_url = runAddress(process.env);
  await client.ask("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...name,
    deployment_id: id,
    ...{ state, description, ...defined({ log_url, environment_url: url }) },
  });
  const of = { commit, context: `towpath/${environment}` };
  await tellCommit({ client, name }, of, state === "in_progress" ? "pending" : state, said, url);
}

/** Tells GitHub of a commit how something about it goes or went, as a status, which leads to the workflow's run unless said otherwise. */
export async function tellCommit(
  { client, name }: Repository,
  { commit, context }: { readonly commit: string; readonly context: string },
  state: "pending" | "success" | "failure",
  said: string,
  url = runAddress(process.env),
): Promise<void> {
  await client.ask("POST /repos/{owner}/{repo}/statuses/{sha}", {
    ...{ ...name, sha: commit, state, context, description: shortOf(said) },
    ...defined({ target_url: url }),
  });
}

/** The first line of a text, as far as GitHub takes it. */
function shortOf(said: string): string {
  return said.split("\n", 1)[0]?.slice(0, longestDescription) ?? "";
}

/** The address of the workflow's run that this is a part of; undefined elsewhere. */
export function runAddress(variables: Readonly<Record<string, string | undefined>>): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = variables;
  if (server === undefined || repository === undefined || run === undefined) return undefined;
  return `${server}/${repository}/actions/runs/${run}`;
}
