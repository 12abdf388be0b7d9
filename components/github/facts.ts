import type { GithubClient } from "./client.ts";
import { planOf, type Subscription } from "./plans.ts";

/** A repository, as far as it is ours to look at. */
export interface RepositoryName {
  readonly owner: string;
  readonly repo: string;
}

/** The facts that GitHub reports of a repository and of who asks. */
export interface RepositoryFacts extends Subscription {
  /** True when the token's owner administers the repository. */
  readonly isAdmin: boolean;
  /** The scopes of a classic token; undefined for a fine-grained one, of which GitHub does not report them. */
  readonly scopes: readonly string[] | undefined;
}

/** The contents of an environment on GitHub; names of secrets are in capital letters, as GitHub keeps them. */
export interface EnvironmentFacts {
  readonly name: string;
  readonly reviewers: { readonly users: readonly string[]; readonly teams: readonly string[] };
  readonly waitMinutes: number;
  readonly preventSelfReview: boolean;
  readonly canAdminsBypass: boolean;
  readonly branches: readonly string[];
  readonly tags: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The time at which each secret was last written, by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

interface Reviewer {
  readonly type: "User" | "Team";
  readonly reviewer: { readonly login?: string; readonly slug?: string };
}

interface Rule {
  readonly type: string;
  readonly wait_timer?: number;
  readonly prevent_self_review?: boolean;
  readonly reviewers?: readonly Reviewer[];
}

interface FoundEnvironment {
  readonly name: string;
  readonly can_admins_bypass?: boolean;
  readonly protection_rules?: readonly Rule[];
}

/** The two parts of `owner/name`. */
export function repositoryNameOf(repository: string): RepositoryName {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}

/** Returns the facts that GitHub reports of the repository; undefined when it shows this token none. Only reads. */
export async function readRepository(
  github: GithubClient,
  repository: RepositoryName,
): Promise<RepositoryFacts | undefined> {
  const found = await github.ask("GET /repos/{owner}/{repo}", { ...repository });
  if (found === undefined) return undefined;
  const scopes = found.headers["x-oauth-scopes"];
  return {
    isPrivate: found.data.private,
    isAdmin: found.data.permissions?.admin ?? false,
    plan: planOf(await planNameOf(github, repository.owner)),
    scopes: scopes === undefined ? undefined : String(scopes).split(/,\s*/).filter(Boolean),
  };
}

/** The owner's plan, where the token may see it: an organisation's, or the token's own user's. */
async function planNameOf(github: GithubClient, owner: string): Promise<string | undefined> {
  const organisation = await github.ask("GET /orgs/{org}", { org: owner });
  if (organisation !== undefined) return organisation.data.plan?.name;
  const user = await github.ask("GET /user", {});
  return user?.data.login.toLowerCase() === owner.toLowerCase() ? user.data.plan?.name : undefined;
}

/** The environment of this name, whatever the case of its letters; undefined when there is none. Only reads. */
export async function readEnvironment(
  github: GithubClient,
  repository: RepositoryName,
  name: string,
): Promise<EnvironmentFacts | undefined> {
  const all = await github.list<FoundEnvironment>("GET /repos/{owner}/{repo}/environments", repository);
  const found = all?.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) return undefined;
  const inside = { ...repository, environment_name: found.name };
  const below = "GET /repos/{owner}/{repo}/environments/{environment_name}" as const;
  const policies = await github.list<{ name: string; type?: string }>(
    `${below}/deployment-branch-policies`,
    inside,
  );
  const variables = await github.list<{ name: string; value: string }>(`${below}/variables`, inside);
  const secrets = await github.list<{ name: string; updated_at: string }>(`${below}/secrets`, inside);
  const rules = found.protection_rules ?? [];
  const review = rules.find(({ type }) => type === "required_reviewers");
  const reviewersOf = (kind: Reviewer["type"]): string[] =>
    (review?.reviewers ?? [])
      .filter(({ type }) => type === kind)
      .map(({ reviewer }) => reviewer.login ?? reviewer.slug ?? "");
  const patterns = (kind: string): string[] =>
    (policies ?? []).filter(({ type = "branch" }) => type === kind).map((policy) => policy.name);
  return {
    name: found.name,
    reviewers: { users: reviewersOf("User"), teams: reviewersOf("Team") },
    waitMinutes: rules.find(({ type }) => type === "wait_timer")?.wait_timer ?? 0,
    preventSelfReview: review?.prevent_self_review ?? false,
    canAdminsBypass: found.can_admins_bypass ?? true,
    branches: patterns("branch"),
    tags: patterns("tag"),
    variables: Object.fromEntries((variables ?? []).map((one) => [one.name, one.value])),
    secrets: Object.fromEntries((secrets ?? []).map((one) => [one.name, one.updated_at])),
  };
}
