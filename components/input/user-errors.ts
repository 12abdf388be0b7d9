import * as pulumi from "@pulumi/pulumi";
import { InputError } from "./input-error.ts";

/** Runs a check; what it says of a person's input becomes Pulumi's own error for that, which shows no stack trace. */
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
  return error instanceof InputError ? new pulumi.RunError(error.message) : error;
}
