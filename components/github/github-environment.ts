import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { SecretValues } from "../secrets/files.ts";
import type { GithubSettings, ProtectionSettings } from "../settings/github.ts";

/** One environment of a repository, as workflows deploy to it. */
export interface GithubEnvironmentArgs {
  /** The environment's name on GitHub, such as `staging`. */
  environment: string;
  /** Who approves, what may be deployed, and plain variables. */
  settings: ProtectionSettings & Pick<GithubSettings, "repository">;
  /** The secrets of its workflows, by name. */
  secrets: SecretValues;
  /** The provider for the repository's owner. */
  provider: github.Provider;
}

/**
 * A deployment environment on GitHub: reviewers, waiting time, branches and tags, variables and secrets.
 *
 * Nobody approves their own deployment, and administrators wait like everyone else. GitHub overwrites an environment of
 * the same name. Fails when a reviewer is unknown.
 */
export class GithubEnvironment extends pulumi.ComponentResource {
  /** The environment's name, known once everything in it is there. */
  readonly environment: pulumi.Output<string>;

  constructor(name: string, args: GithubEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:github:GithubEnvironment", name, {}, opts);
    const { settings, provider } = args;
    const { repository, branches, tags } = settings;
    const child = { parent: this, provider };
    const environment = new github.RepositoryEnvironment(
      `${name}-environment`,
      {
        repository: repositoryName(repository),
        environment: args.environment,
        waitTimer: settings.waitMinutes,
        canAdminsBypass: false,
        preventSelfReview: true,
        ...reviewers(settings, child),
        ...(branches.length + tags.length > 0 && {
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        }),
      },
      child,
    );
    const inside = { repository: repositoryName(repository), environment: environment.environment };
    const all: pulumi.Resource[] = [
      ...branches.map((branchPattern) =>
        policy(`${name}-branch-${branchPattern}`, { ...inside, branchPattern }, child),
      ),
      ...tags.map((tagPattern) => policy(`${name}-tag-${tagPattern}`, { ...inside, tagPattern }, child)),
      ...Object.entries(settings.variables).map(
        ([variableName, value]) =>
          new github.ActionsEnvironmentVariable(
            `${name}-variable-${variableName}`,
            { ...inside, variableName, value },
            child,
          ),
      ),
      ...Object.entries(args.secrets).map(
        ([secretName, value]) =>
          new github.ActionsEnvironmentSecret(
            `${name}-secret-${secretName}`,
            { ...inside, secretName, value: pulumi.secret(value) },
            child,
          ),
      ),
    ];
    this.environment = pulumi.all(all.map(({ urn }) => urn)).apply(() => args.environment);
    this.registerOutputs({ environment: this.environment });
  }
}

/** The name without its owner, who is the provider's. */
function repositoryName(repository: string): string {
  return repository.slice(repository.indexOf("/") + 1);
}

function policy(
  name: string,
  args: github.RepositoryEnvironmentDeploymentPolicyArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new github.RepositoryEnvironmentDeploymentPolicy(name, args, child);
}

/** GitHub takes reviewers by their numbers. */
function reviewers(
  { reviewers: { users, teams } }: ProtectionSettings,
  child: pulumi.InvokeOptions,
): Pick<github.RepositoryEnvironmentArgs, "reviewers"> {
  if (users.length + teams.length === 0) return {};
  return {
    reviewers: [
      {
        users: users.map((username) =>
          github.getUser({ username }, child).then(({ id }) => Number(id), unknown("user", username)),
        ),
        teams: teams.map((slug) =>
          github
            .getTeam({ slug, summaryOnly: true }, child)
            .then(({ id }) => Number(id), unknown("team", slug)),
        ),
      },
    ],
  };
}

/** Ends the program with the reviewer that GitHub does not know; other failures stay what they are. */
function unknown(kind: "user" | "team", name: string): (error: Error) => Promise<never> {
  return (error) => {
    if (!error.message.includes("404 Not Found")) throw error;
    const message = `github.reviewers.${kind}s: GitHub knows no such ${kind}, got "${name}"; correct it or take it out`;
    // Beside the resource, whose registration would wrap the message, and which now never comes. Without a stack, because
    // Pulumi shows it for what comes after the program's last line.
    void Promise.reject(Object.assign(new pulumi.RunError(message), { stack: "" }));
    return new Promise(() => undefined);
  };
}
