import * as pulumi from "@pulumi/pulumi";
import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import { missingCredentials } from "../settings/agreement.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { RepositorySettings } from "../settings/repository.ts";
import { clientFor, collected, repositoryProblems, type RepositoryAccess } from "./access.ts";
import type { GithubClient } from "./client.ts";
import { sizeProblem } from "./deployment-secrets.ts";
import { readRepository, repositoryNameOf, type RepositoryName } from "./facts.ts";
import { planProblems, type Wanted } from "./plans.ts";
import { prepareEnvironment, type PreparedEnvironment } from "./prepare-github.ts";
import { workflowsIn } from "./repository-rules.ts";
import { securityChanges, securityWords, type SecurityChange } from "./security.ts";
import { externalCheckWarnings, reportedChecks, requiredCheckProblems } from "./workflow-checks.ts";

/** A repository on GitHub, once it is known that it can be as the settings say. */
export interface PreparedRepository {
  readonly settings: RepositorySettings;
  readonly github: GithubClient;
  readonly token: string;
  readonly repository: RepositoryName;
  readonly security: readonly SecurityChange[];
  /** The environment of all previews, and its secrets' values by name. */
  readonly preview?: PreparedEnvironment;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Everything that has to be known before a repository on GitHub is changed: that workflows report the required checks, what
 * the token may do and what GitHub's plan offers. Only reads.
 *
 * @throws InputError with all that is wrong
 */
export async function prepareRepository(
  loaded: LoadedSettings<RepositorySettings>,
): Promise<PreparedRepository> {
  const { settings, credential } = loaded;
  const { repository: name, rules, preview } = settings;
  const secrets = previewSecrets(loaded);
  const checks = [
    "towpath:rules.requiredChecks",
    rules.requiredChecks,
    reportedChecks(workflowsIn(process.cwd())),
  ] as const;
  const problems = [
    ...missingCredentials(settings, {
      configuration: Object.keys(loaded.secretValues),
      variables: process.env,
    }),
    ...requiredCheckProblems(...checks),
    ...Object.entries(secrets).flatMap(([secret, value]) =>
      sizeProblem(
        {
          name: secret,
          place: `towpath:preview.secrets.${secret}`,
          from: { kind: "text", text: value },
        },
        value,
      ),
    ),
  ];
  // Without a token nothing can be asked.
  if (credential(settings.token) === undefined) throw new InputError(problems);
  const access: RepositoryAccess = {
    at: (field) => `towpath:${field}`,
    repository: name,
    token: settings.token,
    credential,
  };
  const { github, token } = clientFor(access);
  const repository = repositoryNameOf(name);
  const security = await collected(problems, async () => {
    const facts = await readRepository(github, repository);
    problems.push(...repositoryProblems(access, facts));
    if (facts === undefined) return [];
    problems.push(...planProblems(wantedOf(settings), facts));
    return securityChanges(github, repository, settings.security);
  });
  if (security === undefined || problems.length > 0) throw new InputError(problems);
  const environment =
    preview &&
    (await prepareEnvironment(
      access,
      { place: "towpath:preview", environment: "preview", protection: preview },
      problems,
    ));
  await warnOfExisting(settings, github, repository);
  for (const warning of externalCheckWarnings(...checks)) void pulumi.log.warn(warning);
  for (const change of security) void pulumi.log.warn(securityWords(change));
  return {
    settings,
    github,
    token,
    repository,
    security,
    secrets,
    ...defined({ preview: environment?.prepared }),
  };
}

function previewSecrets({
  settings,
  credential,
}: LoadedSettings<RepositorySettings>): Record<string, string> {
  const values = Object.entries(settings.preview?.secrets ?? {}).map(([name, source]) => [
    name,
    credential(source),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function wantedOf({ security }: RepositorySettings): Wanted[] {
  const scanning = (["secretScanning", "pushProtection"] as const).filter(
    (setting) => security[setting] === true,
  );
  return [
    { feature: "rulesets", place: "towpath:rules" },
    ...scanning.map((setting) => ({
      feature: "secretScanning" as const,
      place: `towpath:security.${setting}`,
    })),
  ];
}

/** GitHub refuses to make what is there already: that has to be taken over first. */
async function warnOfExisting(
  { repository: name, labels, variables }: RepositorySettings,
  github: GithubClient,
  repository: RepositoryName,
): Promise<void> {
  const outputs = await stackOutputsOf(pulumi.getStack());
  if (outputs?.repository !== undefined) return;
  const there = await github.list<{ name: string }>("GET /repos/{owner}/{repo}/labels", repository);
  const set = await github.list<{ name: string }>("GET /repos/{owner}/{repo}/actions/variables", repository);
  const wanted = (names: object, found: readonly { name: string }[] | undefined): string[] =>
    Object.keys(names).filter((one) =>
      found?.some((other) => other.name.toLowerCase() === one.toLowerCase()),
    );
  const existing = [
    ...wanted(labels, there).map((label) => `label ${show(label)}`),
    ...wanted(variables, set).map((variable) => `variable ${variable}`),
  ];
  if (existing.length === 0) return;
  void pulumi.log.warn(
    `towpath:repository: GitHub has this already, and refuses to make it again: ${existing.join(", ")}; ` +
      `unless it was taken over, do that with npx towpath github import --stack ${pulumi.getStack()} --repository ${name}`,
  );
}
