import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { found } from "../application/names.ts";
import type { LeftOnGithub } from "../github/drift.ts";
import { GithubEnvironment } from "../github/github-environment.ts";
import type { PreparedEnvironment, PreparedGithub } from "../github/prepare-github.ts";
import { restore } from "../github/restore.ts";
import type { SecretValues } from "../secrets/files.ts";
import type { ReleasedEnvironment } from "./released-environment.ts";

/** The provider of all resources on GitHub, for a repository's owner; nothing of it comes from the environment but the address. */
export function githubProvider(
  name: string,
  { token, repository }: Pick<PreparedEnvironment, "token" | "repository">,
): github.Provider {
  const { GITHUB_BASE_URL: baseUrl = "" } = process.env;
  return new github.Provider(name, {
    owner: repository.owner,
    token: pulumi.secret(token),
    ...(baseUrl !== "" && { baseUrl }),
  });
}

/**
 * Makes an environment on GitHub as prepared, with these secrets; in the end restores what somebody changed by hand.
 *
 * @returns what the next run compares GitHub with
 */
export function preparedEnvironment(
  name: string,
  prepared: PreparedEnvironment,
  secrets: SecretValues,
  opts: pulumi.ComponentResourceOptions & { provider: github.Provider },
): pulumi.Output<LeftOnGithub> {
  const { protection, reviewers, drifts, left } = prepared;
  const { provider, ...others } = opts;
  const made = new GithubEnvironment(
    name,
    {
      repository: prepared.repository.repo,
      environment: prepared.environment,
      settings: protection,
      reviewers,
      secrets,
      provider,
    },
    others,
  );
  const restored = pulumi.all([made.written, pulumi.all(secrets)]).apply(async ([, values]) => {
    if (pulumi.runtime.isDryRun() || drifts.length === 0) return {};
    const byName = Object.entries(values).map(([secret, value]) => [secret.toUpperCase(), value]);
    return restore(prepared.github, {
      repository: prepared.repository,
      environment: prepared.environment,
      wanted: protection,
      reviewers,
      drifts,
      secrets: Object.fromEntries(byName) as Record<string, string>,
    });
  });
  const { branches, tags, waitMinutes, variables } = protection;
  return pulumi.unsecret(pulumi.all([made.written, restored])).apply(([written, brought]) => ({
    protection: { reviewers: protection.reviewers, waitMinutes, branches, tags, variables },
    secrets: Object.fromEntries(
      Object.entries(written).map(([secret, at]) => [
        secret,
        latest([at, left?.secrets[secret], brought[secret]]),
      ]),
    ),
  }));
}

/**
 * Makes the environment of staging or production on GitHub, after all of the release: its failure stops no roll-out.
 *
 * @returns what the next run compares GitHub with
 */
export function releasedGithub(
  namespace: string,
  prepared: PreparedGithub,
  released: ReleasedEnvironment,
): pulumi.Output<LeftOnGithub> {
  const name = `${namespace}-github`;
  const secrets: SecretValues = {
    ...Object.fromEntries(
      Object.entries(prepared.given).map(([secret, value]) => [secret, pulumi.secret(value)]),
    ),
    ...Object.fromEntries(
      Object.entries(prepared.ofApplication).map(([secret, own]) => [secret, found(released.secrets, own)]),
    ),
  };
  const provider = githubProvider(name, prepared);
  return preparedEnvironment(name, prepared, secrets, { provider, dependsOn: [released] });
}

/** The last of some times as GitHub writes them. */
function latest(times: readonly (string | undefined)[]): string {
  return (
    times
      .filter((time) => time !== undefined)
      .sort()
      .at(-1) ?? ""
  );
}
