import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { LeftOnGithub } from "../github/drift.ts";
import type { PreparedRepository } from "../github/prepare-repository.ts";
import { RepositoryRules } from "../github/repository-rules.ts";
import { changeSecurity } from "../github/security.ts";
import { defined } from "../input/defined.ts";
import { githubProvider, preparedEnvironment } from "./released-github.ts";

/**
 * A repository on GitHub: its rules, labels and variables, what GitHub looks for in it, and the environment that all previews
 * share. All that can be known before has been checked by `prepareRepository`.
 */
export class RepositoryEnvironment extends pulumi.ComponentResource {
  /** The repository: `owner/name`, known once GitHub looks for what it should. */
  readonly repository: pulumi.Output<string>;
  /** The state with which the next run compares the previews' environment; undefined where there is none. */
  readonly github: pulumi.Output<LeftOnGithub> | undefined;

  constructor(name: string, args: PreparedRepository, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:index:RepositoryEnvironment", name, {}, opts);
    const { settings, preview } = args;
    const { repo } = args.repository;
    const provider = githubProvider(`${name}-github`, args);
    const child = { parent: this, provider };
    const rules = new RepositoryRules(
      `${name}-rules`,
      { ...settings.rules, repository: repo, projectFolder: process.cwd(), provider },
      { parent: this },
    );
    for (const [label, { color, description }] of Object.entries(settings.labels)) {
      new github.IssueLabel(
        `${name}-label-${label}`,
        { repository: repo, name: label, color, ...defined({ description }) },
        child,
      );
    }
    for (const [variableName, value] of Object.entries(settings.variables)) {
      new github.ActionsVariable(
        `${name}-variable-${variableName}`,
        { repository: repo, variableName, value },
        child,
      );
    }
    this.github =
      preview &&
      preparedEnvironment(
        `${name}-preview`,
        preview,
        Object.fromEntries(
          Object.entries(args.secrets).map(([secret, value]) => [secret, pulumi.secret(value)]),
        ),
        child,
      );
    this.repository = rules.urn.apply(async () => {
      if (!pulumi.runtime.isDryRun()) await changeSecurity(args.github, args.repository, args.security);
      return settings.repository;
    });
    this.registerOutputs({ repository: this.repository });
  }
}
