import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../settings/kinds.ts";

/**
 * The options of what holds users' data: a plan that would delete or replace it fails, and when somebody takes the
 * protection away, the engine forgets it and leaves it on the host.
 */
export const protectedData = {
  protect: true,
  retainOnDelete: true,
} as const satisfies pulumi.CustomResourceOptions;

/** The options of a volume, by what becomes of its data. */
export function protectionOf(data: Kind["data"]): pulumi.CustomResourceOptions {
  return data === "protected" ? protectedData : {};
}
