import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { isStopFirst } from "../application/rollout.ts";
import { routeOf } from "../application/routes.ts";
import type { HandOver } from "../contract/health-gate.ts";
import type { HandOvers } from "../contract/switch-route.ts";

/** A copy that takes over, with what is known once it is made. */
interface GatedCopy {
  readonly handOver?: pulumi.Output<HandOver>;
}

/** The services of which never two copies run. */
export function stopFirstServices({ services }: Pick<Application, "services">): string[] {
  return Object.entries(services).flatMap(([name, service]) => (isStopFirst(service) ? [name] : []));
}

/** The copies that take over within the switch, in the order of their services' needs; undefined where there are none. */
export function handOversOf(
  application: Application,
  copies: Readonly<Record<string, readonly GatedCopy[]>>,
): pulumi.Output<HandOvers> | undefined {
  const all = Object.values(copies).flatMap((ofService) =>
    ofService.flatMap(({ handOver }) => handOver ?? []),
  );
  if (all.length === 0) return undefined;
  const names = stopFirstServices(application);
  const beforeSmoke = application.smoke.some(
    (check) => "path" in check && names.includes(routeOf(application, check.path)?.service ?? ""),
  );
  return pulumi.all(all).apply((known) => ({ copies: known, beforeSmoke }));
}
