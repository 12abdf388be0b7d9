import * as pulumi from "@pulumi/pulumi";
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import type { Application } from "../application/application.ts";
import { askRemoteHead, defaultBranchOf } from "../default-branch.ts";
import { Registry } from "../image/registry.ts";
import { RegistryError } from "../image/registry-requests.ts";
import { InputError } from "../input-error.ts";
import type { LoadedSettings } from "../load-settings.ts";
import type { ProductionSettings } from "../settings/production.ts";
import type { StagingSettings } from "../settings/staging.ts";
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
      commit: checkedOutCommit,
      tagsOf,
      defaultBranch: async () => defaultBranchOf(process.env, await said(...askRemoteHead)),
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

/** The commit that is checked out in the project's folder; what git says when there is none. */
async function checkedOutCommit(): Promise<{ commit: string } | { problem: string }> {
  try {
    return { commit: await git("rev-parse", "HEAD") };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { problem: (stderr ?? message).trim().split("\n", 1)[0] ?? "" };
  }
}

/** The tags of a commit, newest first. */
async function tagsOf(commit: string): Promise<readonly string[]> {
  const tags = (await said("tag", "--points-at", commit, "--sort=-creatordate")) ?? "";
  return tags.split("\n").filter((tag) => tag !== "");
}

/** What git says; undefined when it fails, as where there is no repository. */
function said(...args: readonly string[]): Promise<string | undefined> {
  return git(...args).catch(() => undefined);
}

async function git(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("git", args, { timeout: 10_000 });
  return stdout.trim();
}
