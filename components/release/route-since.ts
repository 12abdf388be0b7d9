import * as pulumi from "@pulumi/pulumi";
import type { Site } from "../contract/switch-route.ts";
import { askLocally } from "../host/local-engine.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import { agreement, leftRoute, type AskGateway } from "./route-agreement.ts";

/** Since when the state of this stack, by its outputs, and the gateway agree; says so when they do not. See `agreement`. */
export async function routeSince(
  site: Site,
  ask: AskGateway = askLocally,
  outputs = stackOutputsOf(pulumi.getStack()),
): Promise<string> {
  const left = leftRoute(await outputs);
  const { since, warning } = await agreement(left, site, ask);
  if (warning !== undefined) void pulumi.log.warn(warning);
  return since;
}
