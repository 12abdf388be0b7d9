import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../input/input-error.ts";
import { userErrors } from "../input/user-errors.ts";
import { repositoryOf } from "../naming/read-workspace.ts";
import { reportedChecks, requiredCheckProblems } from "./workflow-checks.ts";

/** Arguments of the rules of a repository. */
export interface RepositoryRulesArgs {
  /** The repository's name, without its owner, who is the provider's. */
  repository: string;
  /** The checks that a pull request must pass, by the names that the workflows report them with. */
  requiredChecks: string[];
  /** The number of people who have to approve a pull request, 0 to 6; a new commit takes the approvals back. */
  approvals: number;
  /** True when merges keep the history a line: squash and rebase only. */
  linearHistory: boolean;
  /** The tags that start releases, as patterns such as `v*`: nobody moves or deletes one. */
  releaseTags: string[];
  /** The project's folder, whose workflows must report the required checks. */
  projectFolder: string;
  provider: github.Provider;
}

/**
 * The rules of the default branch and of release tags: reviews, required checks, no deletion, no forced push.
 *
 * Fails before the first resource when a required check is nearly called like a workflow's, because it would block every merge.
 */
export class RepositoryRules extends pulumi.ComponentResource {
  constructor(name: string, args: RepositoryRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    userErrors(() => {
      checkRequired(args);
    });
    super("towpath:github:RepositoryRules", name, {}, opts);
    const child = { parent: this, provider: args.provider };
    const { repository, requiredChecks, approvals, linearHistory, releaseTags } = args;
    const kept = { deletion: true, nonFastForward: true };
    new github.RepositoryRuleset(
      `${name}-branch`,
      {
        name: "main branch",
        repository,
        target: "branch",
        enforcement: "active",
        conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
        rules: {
          ...kept,
          requiredLinearHistory: linearHistory,
          pullRequest: {
            requiredApprovingReviewCount: approvals,
            dismissStaleReviewsOnPush: true,
            requireLastPushApproval: approvals > 0,
          },
          ...(requiredChecks.length > 0 && {
            requiredStatusChecks: { requiredChecks: requiredChecks.map((context) => ({ context })) },
          }),
        },
      },
      child,
    );
    if (releaseTags.length > 0) {
      new github.RepositoryRuleset(
        `${name}-tags`,
        {
          name: "release tags",
          repository,
          target: "tag",
          enforcement: "active",
          conditions: { refName: { includes: releaseTags.map((tag) => `refs/tags/${tag}`), excludes: [] } },
          rules: { ...kept, update: true },
        },
        child,
      );
    }
    this.registerOutputs();
  }
}

function checkRequired({ requiredChecks, projectFolder }: RepositoryRulesArgs): void {
  const problems = requiredCheckProblems(
    "requiredChecks",
    requiredChecks,
    reportedChecks(workflowsIn(projectFolder)),
  );
  if (problems.length > 0) throw new InputError(problems);
}

/** The texts of the workflows of the repository that the project is in, by their files. */
export function workflowsIn(projectFolder: string): Record<string, string> {
  const repository = repositoryOf(projectFolder) ?? projectFolder;
  const folder = join(".github", "workflows");
  let files: string[];
  try {
    files = readdirSync(join(repository, folder));
  } catch {
    return {};
  }
  return Object.fromEntries(
    files
      .filter((file) => /\.ya?ml$/.test(file))
      .map((file) => [join(folder, file), readFileSync(join(repository, folder, file), "utf8")]),
  );
}
