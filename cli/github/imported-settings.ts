import { defined } from "../../components/input/defined.ts";
import type { WrittenSettings } from "../stack/settings-file.ts";
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
  const labels = there.labels
    .filter(({ name }) => name.length <= longestLabel)
    .map(({ name, color, description }) => [
      name,
      { color, ...(description !== null && fits(description) && { description }) },
    ]);
  return {
    repository,
    ...(Object.keys(rules).length > 0 && { rules }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) as unknown }),
    ...(Object.keys(there.variables).length > 0 && { variables: there.variables }),
    ...defined({ preview: preview && environmentSettings(preview) }),
  };
}

/** Lists what the settings cannot hold of the adopted rulesets and labels, and the next `up` would take away. */
export function notKept({ rulesets, labels }: Pick<RepositoryThere, "rulesets" | "labels">): string[] {
  const ofRules = (["branch", "tag"] as const).flatMap((target) => {
    const ruleset = adoptedRuleset(rulesets, target);
    if (ruleset === undefined) return [];
    const { name, bypass_actors: bypass = [], rules = [] } = ruleset;
    const review = rules.find(({ type }) => type === "pull_request")?.parameters ?? {};
    const approvals = Number(review.required_approving_review_count ?? 0);
    return [
      ...(bypass.length > 0 ? ["who may bypass it"] : []),
      ...(review.require_code_owner_review === true ? ["the review of code owners"] : []),
      ...(rules.some(({ type }) => type === "merge_queue") ? ["the merge queue"] : []),
      ...(approvals > mostApprovals ? [`${approvals} approvals, of which ${mostApprovals} stay`] : []),
    ].map((what) => `the ruleset ${name}: ${what}`);
  });
  const ofLabels = labels.flatMap(({ name, description }) => {
    if (name.length > longestLabel) return [`the label ${name}`];
    return description === null || description === "" || fits(description)
      ? []
      : [`the description of the label ${name}`];
  });
  return [...ofRules, ...ofLabels];
}

/** The limits of the settings. */
const mostApprovals = 6;
const longestLabel = 50;

function fits(description: string): boolean {
  return description !== "" && description.length <= 100;
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

/** Tells whether a ruleset is in force, and is for the default branch alone, or for tags that settings can name. */
function isOurs(ruleset: RulesetThere, target: "branch" | "tag"): boolean {
  const included = includedIn(ruleset);
  if ((ruleset.enforcement ?? "active") !== "active") return false;
  return target === "tag"
    ? included.length > 0 && included.every((pattern) => /^[^\s~^:?[\\]+$/.test(pattern))
    : included.length === 1 && included[0] === "~DEFAULT_BRANCH";
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
      approvals: Math.min(
        mostApprovals,
        Number(parametersOf("pull_request").required_approving_review_count ?? 0),
      ),
      linearHistory: (branch.rules ?? []).some(({ type }) => type === "required_linear_history"),
    }),
    ...(tag !== undefined && {
      releaseTags: includedIn(tag).map((pattern) => pattern.replace(/^refs\/tags\//, "")),
    }),
  };
}
