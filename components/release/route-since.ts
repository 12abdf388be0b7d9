import * as pulumi from "@pulumi/pulumi";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Site } from "../contract/switch-route.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import { agreement, leftRoute, type AskGateway } from "./route-agreement.ts";

/** How long the engine may take to say what the gateway serves, in milliseconds. */
const patience = 30_000;

/** Since when the state of this stack, by its outputs, and the gateway agree; says so when they do not. See `agreement`. */
export async function routeSince(
  site: Site,
  ask: AskGateway = (gateway, command) => askLocally(["exec", gateway, ...command]),
  outputs = stackOutputsOf(pulumi.getStack()),
): Promise<string> {
  const left = leftRoute(await outputs);
  const { since, warning } = await agreement(left, site, ask);
  if (warning !== undefined) void pulumi.log.warn(warning);
  return since;
}

/** Asks this machine's engine. */
export async function askLocally(args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("docker", [...args], { timeout: patience });
    return stdout;
  } catch {
    return undefined; // a gateway that is gone or stopped; what is made of it tells why
  }
}
