import * as pulumi from "@pulumi/pulumi";
import { InputError } from "./input-error.ts";

/** Runs a check; what it says of a person's input becomes Pulumi's own error for that, which shows no stack trace. */
export function userErrors<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof InputError) throw new pulumi.RunError(error.message);
    throw error;
  }
}
