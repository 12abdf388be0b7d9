import * as pulumi from "@pulumi/pulumi";
import { userInfo } from "node:os";
import type { Application } from "../application/application.ts";
import { defaultBranchOf } from "../default-branch.ts";
import { Registry } from "../image/registry.ts";
import { RegistryError } from "../image/registry-requests.ts";
import { InputError } from "../input-error.ts";
import type { LoadedSettings } from "../load-settings.ts";
import type { ProductionSettings } from "../settings/production.ts";
import type { StagingSettings } from "../settings/staging.ts";
import { checkedOutCommit, remoteHead, tagsOf } from "./git-facts.ts";
import { planFrom, recordsIn, type ReleasePlan } from "./plan-from.ts";
import { plannedInWords } from "./release-plan.ts";
import type { ReleaseRecord } from "./release-record.ts";
import { stackOutputsOf } from "./stack-outputs.ts";

export { referencesOf } from "../image/registry.ts";
export { schemaStays, type ReleasePlan } from "./plan-from.ts";
export { recordsAfter } from "./records-after.ts";

/** The settings of an environment that is released to. */
export type LoadedReleasedSettings = LoadedSettings & (StagingSettings | ProductionSettings);

/**
 * What this run releases, decided before the first resource: from the stack's own records, and the registry or staging's
 * records. It says which release that is, and its warnings. Throws an InputError with what may not be released and why.
 */
export async function planRelease(
  application: Application,
  settings: LoadedReleasedSettings,
): Promise<ReleasePlan> {
  const { login } = settings.registry;
  const password = login === undefined ? undefined : settings.credential(login.password);
  try {
    const plan = await planFrom(application, settings, {
      registry: new Registry(settings.registry, password),
      recordsOf,
      stack: pulumi.getStack(),
      commit: () => checkedOutCommit(),
      tagsOf: (commit) => tagsOf(commit),
      defaultBranch: async () => defaultBranchOf(process.env, await remoteHead()),
      variables: process.env,
      user: userInfo().username,
      now: new Date(),
    });
    if (plan.changes) void pulumi.log.info(plannedInWords(plan));
    for (const warning of plan.warnings) void pulumi.log.warn(warning);
    return plan;
  } catch (error) {
    if (error instanceof RegistryError) throw new InputError([error.message]);
    throw error;
  }
}

/** The records of a stack of this project, newest first. */
async function recordsOf(stack: string): Promise<readonly ReleaseRecord[]> {
  return recordsIn(stack, await stackOutputsOf(stack));
}
