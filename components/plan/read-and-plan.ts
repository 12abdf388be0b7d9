import * as pulumi from "@pulumi/pulumi";
import { userInfo } from "node:os";
import type { Application } from "../application/application.ts";
import { defined } from "../input/defined.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { plannedInWords } from "./decide.ts";
import { environmentRegistry } from "./environment-registry.ts";
import { checkedOutCommit, defaultBranch, tagsOf } from "./git-facts.ts";
import { timed } from "../timing/spans.ts";
import { planFrom, recordsIn, type Look, type ReleasePlan } from "./plan.ts";
import type { ReleaseRecord } from "./release-record.ts";
import { stackOutputsOf } from "./stack-outputs.ts";

export { referencesOf } from "../image/registry.ts";
export { schemaStays, type ReleasePlan } from "./plan.ts";
export { recordsAfter } from "./records-after.ts";

/** The settings of an environment that is released to. */
export type LoadedReleasedSettings = LoadedSettings<ReleasedSettings>;

/**
 * Plans what this run releases, before the first resource: from the stack's own records, and the registry or staging's
 * records. It reports the release and its warnings. Throws an InputError with what may not be released and why.
 */
export async function planRelease(
  application: Application,
  loaded: LoadedReleasedSettings,
  look?: Look,
): Promise<ReleasePlan> {
  const planning = () =>
    planFrom(application, loaded.settings, {
      registry: environmentRegistry(loaded),
      recordsOf,
      stack: pulumi.getStack(),
      commit: () => checkedOutCommit(),
      tagsOf: (commit) => tagsOf(commit),
      defaultBranch: () => defaultBranch(),
      variables: process.env,
      user: userInfo().username,
      now: new Date(),
      ...defined({ look }),
    });
  const plan = await timed("program", "planning the release", planning);
  if (plan.changes) void pulumi.log.info(plannedInWords(plan));
  for (const warning of plan.warnings) void pulumi.log.warn(warning);
  return plan;
}

/** The records of a stack of this project, newest first. */
async function recordsOf(stack: string): Promise<readonly ReleaseRecord[]> {
  return recordsIn(stack, await stackOutputsOf(stack));
}
