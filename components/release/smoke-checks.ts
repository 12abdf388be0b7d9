import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { found } from "../application/names.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { routeOf } from "../application/routes.ts";
import type { SmokeCheck } from "../contract/smoke-check.ts";
import { forwardedHeaders } from "../gateway/forwarded.ts";
import type { Gateway } from "../gateway/gateway.ts";

/** Arguments of the smoke checks. */
export interface SmokeChecksArgs {
  application: Application;
  gateway: Pick<Gateway, "containerName">;
  facts: Pick<ReferenceFacts, "url">;
}

/** The copies of one release, by service. */
export type CheckedCopies = Readonly<
  Record<string, readonly { readonly containerName: pulumi.Output<string> }[]>
>;

/** The smoke checks, each of every new copy that will answer its path. */
export function smokeChecks(
  { application, gateway, facts: { url } }: SmokeChecksArgs,
  releases: readonly CheckedCopies[],
): pulumi.Output<SmokeCheck[]> {
  const headers = forwardedHeaders(url);
  const checks = application.smoke.flatMap((expected) => {
    const target = routeOf(application, expected.path);
    if (target === undefined) return [];
    return releases
      .flatMap((copies) => found(copies, target.service))
      .map(({ containerName }) =>
        pulumi.all([gateway.containerName, containerName]).apply(([name, host]) => ({
          ...expected,
          headers,
          target: { gateway: name, host, port: target.port },
        })),
      );
  });
  return pulumi.all(checks);
}
