import * as pulumi from "@pulumi/pulumi";

/**
 * The value, once the other one is there too, without a dependency on the other one's resource.
 *
 * So one copy starts after the other: two starts at once held requests to the copies that serve for up to 0.1 s (two
 * cores, 150 requests a second), one at a time did not. A dependency would also delete the old copies one after the
 * other, each with its drain.
 */
export function startAfter(
  value: pulumi.Output<string>,
  other: pulumi.Output<unknown> | undefined,
): pulumi.Output<string> {
  // What a plan would create never gets a value.
  if (other === undefined || pulumi.runtime.isDryRun()) return value;
  const there = new Promise<void>((resolve) => {
    other.apply(() => {
      resolve();
    });
  });
  return pulumi.all([value, pulumi.output(there)]).apply(([first]) => first);
}
