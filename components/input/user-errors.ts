import * as pulumi from "@pulumi/pulumi";
import { UserError } from "./user-error.ts";

/** Runs a check; what a person can put right becomes Pulumi's own error for that, which shows no stack trace. */
export function userErrors<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw shownPlainly(error);
  }
}

/** The same for a check that takes its time. */
export async function laterUserErrors<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    throw shownPlainly(error);
  }
}

function shownPlainly(error: unknown): unknown {
  return error instanceof UserError ? new pulumi.RunError(error.message) : error;
}
