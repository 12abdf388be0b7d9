import type { WrittenSettings } from "../settings-file.ts";
import type { EnvironmentThere, RepositoryThere, RulesetThere } from "./read-repository.ts";

/** The settings of an environment that say what GitHub has. */
export function environmentSettings({
  reviewers,
  waitMinutes,
  branches,
  tags,
  variables,
}: EnvironmentThere): WrittenSettings {
  const { users, teams } = reviewers;
  return { reviewers: { users, teams }, waitMinutes, branches, tags, variables };
}

/** The settings of the repository's stack that say what GitHub has; of what it lacks, nothing. */
export function repositorySettings(
  repository: string,
  there: RepositoryThere,
  preview: EnvironmentThere | undefined,
): WrittenSettings {
  const rules = rulesOf(there);
  const labels = there.labels.map(({ name, color, description }) => [
    name,
    { color, ...(description !== null && description !== "" && { description }) },
  ]);
  return {
    repository,
    ...(Object.keys(rules).length > 0 && { rules }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) as unknown }),
    ...(Object.keys(there.variables).length > 0 && { variables: there.variables }),
    ...(preview !== undefined && { preview: environmentSettings(preview) }),
  };
}

/** The ruleset that becomes ours: that of the default branch, or of tags; the first of several. */
export function adoptedRuleset(
  rulesets: readonly RulesetThere[],
  target: "branch" | "tag",
): RulesetThere | undefined {
  const own = { branch: "main branch", tag: "release tags" }[target];
  const fitting = rulesets.filter((one) => (one.target ?? "branch") === target && isOurs(one, target));
  return fitting.find(({ name }) => name === own) ?? fitting[0];
}

/** A branch's ruleset has to be of the default branch alone, for ours is. */
function isOurs(ruleset: RulesetThere, target: "branch" | "tag"): boolean {
  const included = includedIn(ruleset);
  return target === "tag" ? included.length > 0 : included.length === 1 && included[0] === "~DEFAULT_BRANCH";
}

function includedIn({ conditions }: RulesetThere): readonly string[] {
  return conditions?.ref_name?.include ?? [];
}

function rulesOf({ rulesets }: RepositoryThere): WrittenSettings {
  const [branch, tag] = [adoptedRuleset(rulesets, "branch"), adoptedRuleset(rulesets, "tag")];
  const parametersOf = (type: string): Readonly<Record<string, unknown>> =>
    branch?.rules?.find((rule) => rule.type === type)?.parameters ?? {};
  const checks = (parametersOf("required_status_checks").required_status_checks ?? []) as {
    context: string;
  }[];
  return {
    ...(branch !== undefined && {
      requiredChecks: checks.map(({ context }) => context),
      approvals: parametersOf("pull_request").required_approving_review_count ?? 0,
      linearHistory: (branch.rules ?? []).some(({ type }) => type === "required_linear_history"),
    }),
    ...(tag !== undefined && {
      releaseTags: includedIn(tag).map((pattern) => pattern.replace(/^refs\/tags\//, "")),
    }),
  };
}
