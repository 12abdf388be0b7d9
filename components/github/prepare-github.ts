import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import type { Application } from "../application/application.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import type { GithubSettings, ProtectionSettings } from "../settings/github.ts";
import { kinds } from "../settings/kinds.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ProductionSettings } from "../settings/production.ts";
import type { StagingSettings } from "../settings/staging.ts";
import { clientFor, collected, repositoryProblems, type RepositoryAccess } from "./access.ts";
import type { GithubClient } from "./client.ts";
import {
  deploymentSecrets,
  missingWarning,
  nameProblems,
  sizeProblem,
  type DeploymentSecret,
} from "./deployment-secrets.ts";
import { driftWarning, environmentDrift, type Drift, type LeftOnGithub } from "./drift.ts";
import {
  readEnvironment,
  readRepository,
  repositoryNameOf,
  type EnvironmentFacts,
  type RepositoryName,
} from "./facts.ts";
import { isOffered, planProblems, type Wanted } from "./plans.ts";
import type { ReviewerNumbers } from "./restore.ts";

/** An environment on GitHub, once it is known that it can be as the settings say. */
export interface PreparedEnvironment {
  readonly github: GithubClient;
  readonly token: string;
  readonly repository: RepositoryName;
  /** The environment's name on GitHub. */
  readonly environment: string;
  readonly protection: ProtectionSettings;
  readonly reviewers: ReviewerNumbers;
  readonly drifts: readonly Drift[];
  readonly left: LeftOnGithub | undefined;
}

/** A prepared environment with its secrets' values, without those that the application's resources make. */
export interface PreparedGithub extends PreparedEnvironment {
  /** Values that are known before anything is made, by their names on GitHub. */
  readonly given: Readonly<Record<string, string>>;
  /** The application's secrets, by their names on GitHub. */
  readonly ofApplication: Readonly<Record<string, string>>;
}

type Settings = (StagingSettings | ProductionSettings) & { github: GithubSettings };

/**
 * Everything that has to be known before a stack's environment on GitHub is made: names and sizes of secrets, what the
 * token may do, what GitHub's plan offers, who the reviewers are, and what somebody changed by hand.
 *
 * Only reads. Warnings say what was changed and which secrets are missing.
 *
 * @throws InputError with all that is wrong
 */
export async function prepareGithub(
  application: Application,
  loaded: LoadedSettings<Settings>,
): Promise<PreparedGithub> {
  const { settings, credential } = loaded;
  const { environment, github } = settings;
  const secrets = deploymentSecrets(application, settings, process.env);
  const problems = nameProblems(secrets);
  const given: Record<string, string> = {};
  for (const secret of secrets) {
    const value = await givenValue(secret, loaded);
    if (value === undefined) continue;
    problems.push(...sizeProblem(secret, value));
    if (secret.from.kind !== "application") given[secret.name] = value;
  }
  const { repository, token } = github;
  const { prepared, found } = await prepareEnvironment(
    { at: (field) => `towpath:github.${field}`, repository, token, credential },
    { place: "towpath:github", environment, protection: github, ...approvalOf(settings) },
    problems,
  );
  const ofApplication = Object.fromEntries(
    secrets.flatMap(({ name, from }) => (from.kind === "application" ? [[name, from.secret]] : [])),
  ) as Record<string, string>;
  for (const secret of secrets) {
    if (secret.name in given || secret.name in ofApplication) continue;
    if (found?.secrets[secret.name.toUpperCase()] !== undefined) continue;
    void pulumi.log.warn(missingWarning(secret, environment, repository));
  }
  return { ...prepared, given, ofApplication };
}

/** An environment as the settings have it. */
export interface WantedEnvironment {
  /** Its setting, as messages name it. */
  readonly place: string;
  readonly environment: string;
  readonly protection: ProtectionSettings;
  /** True when somebody has to approve, and nobody does unless GitHub's reviewers do. */
  readonly needsReviewers?: boolean;
}

/** Finds what is known of an environment before it is made. Throws an InputError with `problems` and those it finds. */
export async function prepareEnvironment(
  access: RepositoryAccess,
  { place, environment, protection, needsReviewers = false }: WantedEnvironment,
  problems: string[],
): Promise<{ prepared: PreparedEnvironment; found: EnvironmentFacts | undefined }> {
  const repository = repositoryNameOf(access.repository);
  const { github, token } = clientFor(access);
  const known = await collected(problems, async () => {
    const facts = await readRepository(github, repository);
    problems.push(...repositoryProblems(access, facts));
    if (facts === undefined) return undefined;
    problems.push(...planProblems(wantedOf(place, protection), facts));
    if (needsReviewers && protection.reviewers.users.length === 0 && !isOffered("reviewers", facts)) {
      problems.push(
        `towpath:approval: GitHub has no reviewers in a private repository on the plan ${facts.plan ?? ""}, so that nobody would approve production, got nothing; set it, see docs/github.md`,
      );
    }
    const reviewers = await reviewerNumbers(github, repository, `${place}.reviewers`, protection, problems);
    const found = await readEnvironment(github, repository, environment);
    if (found !== undefined && found.name !== environment) {
      problems.push(
        `${place}: GitHub has an environment whose name differs from ${environment} in the case of its letters only, and takes both for one, got ${show(found.name)}; delete it there`,
      );
    }
    return { reviewers, found };
  });
  if (known === undefined || problems.length > 0) throw new InputError(problems);
  const left = leftOnGithub(await stackOutputsOf(pulumi.getStack()));
  const drifts = environmentDrift(left, known.found);
  const command = `npm run pulumi -- up --stack ${pulumi.getStack()} --refresh`;
  for (const drift of drifts) void pulumi.log.warn(driftWarning(place, drift, command));
  return {
    prepared: {
      github,
      token,
      repository,
      environment,
      protection,
      drifts,
      left,
      reviewers: known.reviewers,
    },
    found: known.found,
  };
}

/** Returns the state that a stack's last run left, by its outputs; undefined before the first. */
export function leftOnGithub(
  outputs: Readonly<Record<string, unknown>> | undefined,
): LeftOnGithub | undefined {
  return outputs?.github as LeftOnGithub | undefined;
}

function wantedOf(place: string, { reviewers, waitMinutes }: ProtectionSettings): Wanted[] {
  return [
    { feature: "environments", place },
    ...(reviewers.users.length + reviewers.teams.length > 0
      ? [{ feature: "reviewers" as const, place: `${place}.reviewers` }]
      : []),
    ...(waitMinutes > 0 ? [{ feature: "waitTimer" as const, place: `${place}.waitMinutes` }] : []),
  ];
}

/** Returns the reviewers' numbers, by which GitHub takes them. */
async function reviewerNumbers(
  github: GithubClient,
  { owner }: RepositoryName,
  place: string,
  { reviewers }: ProtectionSettings,
  problems: string[],
): Promise<ReviewerNumbers> {
  const unknown = (kind: "user" | "team", name: string): number[] => {
    problems.push(
      `${place}.${kind}s: GitHub knows no such ${kind}, got ${show(name)}; correct it or take it out`,
    );
    return [];
  };
  const users = reviewers.users.map(async (username) => {
    const found = await github.ask("GET /users/{username}", { username });
    return found === undefined ? unknown("user", username) : [Number(found.data.id)];
  });
  const teams = reviewers.teams.map(async (team_slug) => {
    const found = await github.ask("GET /orgs/{org}/teams/{team_slug}", { org: owner, team_slug });
    return found === undefined ? unknown("team", team_slug) : [found.data.id];
  });
  return { users: (await Promise.all(users)).flat(), teams: (await Promise.all(teams)).flat() };
}

/** Returns whether an environment needs reviewers: people have to agree to its releases, and do not sign approvals. */
function approvalOf(settings: Settings): Pick<WantedEnvironment, "needsReviewers"> {
  return { needsReviewers: kinds[settings.environment].reviewed && !("approval" in settings) };
}

/** A value that is known before anything is made; undefined for what is made, and for what is missing. */
async function givenValue(
  { from }: DeploymentSecret,
  { secretValues, credential }: LoadedSettings,
): Promise<string | undefined> {
  if (from.kind === "text") return from.text;
  if (from.kind === "credential") return credential(from.source);
  if (from.kind === "variable") return stateValue(from.variable);
  const value = secretValues[from.secret];
  if (value === undefined) return undefined;
  return new Promise((resolve) => {
    pulumi.unsecret(value).apply((text) => {
      resolve(text);
    });
  });
}

/** A variable's value, or that of the file which `<name>_FILE` names, as Pulumi reads its passphrase. */
function stateValue(variable: string): string | undefined {
  const value = process.env[variable] ?? "";
  if (value !== "") return value;
  const file = process.env[`${variable}_FILE`] ?? "";
  if (file === "") return undefined;
  return readFileSync(file, "utf8").trim();
}
