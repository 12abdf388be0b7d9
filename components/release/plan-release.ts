import * as pulumi from "@pulumi/pulumi";
import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import type { Application } from "../application/application.ts";
import { Registry } from "../image/registry.ts";
import { RegistryError } from "../image/registry-requests.ts";
import { InputError } from "../input-error.ts";
import type { LoadedSettings } from "../load-settings.ts";
import type { ProductionSettings } from "../settings/production.ts";
import type { StagingSettings } from "../settings/staging.ts";
import { planFrom, recordsIn, type ReleasePlan } from "./plan-from.ts";
import type { ReleaseRecord } from "./release-record.ts";
import { stackOutputsOf } from "./stack-outputs.ts";

export { referencesOf } from "../image/registry.ts";
export { schemaStays, type ReleasePlan } from "./plan-from.ts";
export { recordsAfter } from "./records-after.ts";

/** The settings of an environment that is released to. */
export type LoadedReleasedSettings = LoadedSettings & (StagingSettings | ProductionSettings);

/**
 * What this run releases, decided before the first resource: from the stack's own records, and the registry or staging's
 * records. It says its warnings. Throws an InputError with what may not be released and why.
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
      variables: process.env,
      user: userInfo().username,
      now: new Date(),
    });
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
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"]);
    return { commit: stdout.trim() };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return { problem: (stderr ?? message).trim().split("\n", 1)[0] ?? "" };
  }
}
