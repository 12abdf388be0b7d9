import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { SecretValues } from "../secrets/files.ts";
import type { ProtectionSettings } from "../settings/github.ts";
import type { ReviewerNumbers } from "./restore.ts";

/** One environment of a repository, as workflows deploy to it. */
export interface GithubEnvironmentArgs {
  /** The repository's name, without its owner, who is the provider's. */
  repository: string;
  /** The environment's name on GitHub, such as `staging`. */
  environment: string;
  /** The rules of what may be deployed, the waiting time, and plain variables. */
  settings: ProtectionSettings;
  /** The reviewers, by GitHub's numbers. */
  reviewers: ReviewerNumbers;
  /** The secrets of its workflows, by name. */
  secrets: SecretValues;
  /** The provider for the repository's owner. */
  provider: github.Provider;
}

/**
 * A deployment environment on GitHub: reviewers, waiting time, branches and tags, variables and secrets.
 *
 * Nobody approves their own deployment, and administrators wait like everyone else. GitHub overwrites an environment of
 * the same name.
 */
export class GithubEnvironment extends pulumi.ComponentResource {
  /** The environment's name, known once everything in it is there. */
  readonly environment: pulumi.Output<string>;
  /** The time at which this stack wrote each secret, by name in capital letters. */
  readonly written: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: GithubEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:github:GithubEnvironment", name, {}, opts);
    const { settings, provider, repository } = args;
    const { branches, tags } = settings;
    const child = { parent: this, provider };
    const environment = new github.RepositoryEnvironment(
      `${name}-environment`,
      {
        repository,
        environment: args.environment,
        waitTimer: settings.waitMinutes,
        canAdminsBypass: false,
        preventSelfReview: true,
        ...reviewers(args.reviewers),
        ...(branches.length + tags.length > 0 && {
          deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
        }),
      },
      // The SDK does not hand down what a component depends on; all others take the environment's name from this one.
      { ...child, ...(opts?.dependsOn !== undefined && { dependsOn: opts.dependsOn }) },
    );
    const inside = { repository, environment: environment.environment };
    const secrets = Object.entries(args.secrets).map(
      ([secretName, value]) =>
        new github.ActionsEnvironmentSecret(
          `${name}-secret-${secretName}`,
          { ...inside, secretName, value: pulumi.secret(value) },
          child,
        ),
    );
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
      ...secrets,
    ];
    this.environment = pulumi.all(all.map(({ urn }) => urn)).apply(() => args.environment);
    this.written = pulumi
      .all(secrets.map(({ secretName, remoteUpdatedAt }) => pulumi.all([secretName, remoteUpdatedAt])))
      .apply((times) => Object.fromEntries(times.map(([secret, at]) => [secret.toUpperCase(), isoTime(at)])));
    this.registerOutputs({ environment: this.environment });
  }
}

/** Go's words for a time, `2026-01-02 03:04:05 +0000 UTC`, as GitHub's API writes it. */
function isoTime(time: string | undefined): string {
  return (time ?? "").replace(/^(\S+) (\S+) \+0000 UTC$/, "$1T$2Z");
}

function policy(
  name: string,
  args: github.RepositoryEnvironmentDeploymentPolicyArgs,
  child: pulumi.CustomResourceOptions,
): pulumi.Resource {
  return new github.RepositoryEnvironmentDeploymentPolicy(name, args, child);
}

function reviewers({ users, teams }: ReviewerNumbers): Pick<github.RepositoryEnvironmentArgs, "reviewers"> {
  return users.length + teams.length === 0 ? {} : { reviewers: [{ users: [...users], teams: [...teams] }] };
}
