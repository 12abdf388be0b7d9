import * as pulumi from "@pulumi/pulumi";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { CredentialSource } from "../settings/credential.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { GithubClient, GithubError } from "./client.ts";
import { repositoryNameOf, type RepositoryFacts } from "./facts.ts";

/** Access to a repository. */
export interface RepositoryAccess {
  /** A setting of the repository as messages name it: `towpath:github.token` for `token`. */
  readonly at: (field: string) => string;
  readonly repository: string;
  readonly token: CredentialSource;
  readonly credential: LoadedSettings["credential"];
}

/** The client for a repository, once it is known that plugin and client mean the same owner. */
export function clientFor({ at, repository, token, credential }: RepositoryAccess): {
  github: GithubClient;
  token: string;
} {
  const { owner } = repositoryNameOf(repository);
  for (const variable of ["GITHUB_OWNER", "GITHUB_ORGANIZATION"]) {
    const other = process.env[variable] ?? "";
    if (other === "" || other.toLowerCase() === owner.toLowerCase()) continue;
    throw new InputError([
      `${variable}: expected ${show(owner)} or nothing, because the plugin for GitHub would work there instead, got ${show(other)}; unset it for this run`,
    ]);
  }
  const value = credential(token) ?? "";
  const github = new GithubClient({
    token: value,
    place: at("token"),
    variables: process.env,
    say: (message) => void pulumi.log.warn(message),
  });
  return { github, token: value };
}

/** Runs what asks GitHub; that it refuses is one more problem. */
export async function collected<Result>(
  problems: string[],
  ask: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof GithubError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

/** Returns the problems that keep the token from being used for the repository at all. */
export function repositoryProblems(
  { at, repository }: RepositoryAccess,
  facts: RepositoryFacts | undefined,
): string[] {
  if (facts === undefined) {
    return [
      `${at("repository")}: GitHub shows this token no such repository, got ${show(repository)}; correct it, or give the token access to it`,
    ];
  }
  const { scopes, isAdmin, isPrivate } = facts;
  const enough = isPrivate ? ["repo"] : ["repo", "public_repo"];
  if (scopes !== undefined && !enough.some((scope) => scopes.includes(scope))) {
    const got = scopes.length === 0 ? "none" : scopes.join(", ");
    return [
      `${at("token")}: expected a token with the scope repo, got ${got}; make one as docs/github.md says`,
    ];
  }
  if (isAdmin) return [];
  return [
    `${at("token")}: expected the token of one who administers ${repository}, got one who does not; a workflow's own token cannot, see docs/github.md`,
  ];
}
