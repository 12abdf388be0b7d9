import type * as pulumi from "@pulumi/pulumi";

/**
 * The options of what holds users' data: a plan that would delete or replace it fails, and when somebody takes the
 * protection away, the engine forgets it and leaves it on the host.
 */
export const protectedData = {
  protect: true,
  retainOnDelete: true,
} as const satisfies pulumi.CustomResourceOptions;
