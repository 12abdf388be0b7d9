import * as pulumi from "@pulumi/pulumi";
import { InputError } from "./input-error.ts";

/** Runs a check; what it says of a person's input becomes Pulumi's own error for that, which shows no stack trace. */
export function userErrors<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InputError) throw withoutStack(new pulumi.RunError(error.message));
    throw error;
  }
}

/**
 * Pulumi formats the stack for its trace even where it does not show it, and Node 20 can take a minute and gigabytes for
 * that: its highlighting of `node_modules` does not end at a line such as `node_modules/@pulumi/resource.ts:1598:22`.
 */
function withoutStack(error: pulumi.RunError): pulumi.RunError {
  error.stack = "";
  return error;
}
