import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { Room } from "../settings/room.ts";
import type { Wildcard } from "./wildcard.ts";

/** The gateway of a host that several environments share, as its stack says it. */
export interface SharedGateway {
  readonly containerName: string;
  readonly containerId: string;
  /** The network that it was made in; it joins those of the environments that it serves. */
  readonly networkName: string;
  /** The program that wakes its previews, where the host has one. */
  readonly activator?: SharedActivator;
  /** Its certificate for all names below a domain, where it has one. */
  readonly wildcard?: Wildcard;
}

/** The activator of a host, as its stack says it. */
export interface SharedActivator {
  readonly containerName: string;
  readonly port: number;
  /** The room for previews on the host. */
  readonly room: Room;
}

/**
 * Warns of a network whose name makes the engine publish the gateway's ports anew when the gateway joins or leaves it:
 * the first of its networks by name leads to them (tried with Docker 20.10: connections are refused for 0.2 s).
 */
export function portsWarning(network: string, gateway: SharedGateway): string | undefined {
  if (network > gateway.networkName) return undefined;
  return `towpath:namespace: the gateway refuses connections for a moment when it joins or leaves a network that is sorted before its own, ${gateway.networkName}, got ${network}; choose a name that is sorted after it, for an environment that is new`;
}

/**
 * The gateway out of the outputs of a stack `host-<name>`.
 *
 * @throws InputError when the stack has none
 */
export function sharedGateway(
  stack: string,
  outputs: Readonly<Record<string, unknown>> | undefined,
): SharedGateway {
  const gateway = outputs?.gateway as Partial<SharedGateway> | undefined;
  const { containerName, containerId, networkName, activator, wildcard } = gateway ?? {};
  if (containerName !== undefined && containerId !== undefined && networkName !== undefined) {
    return { containerName, containerId, networkName, ...defined({ activator, wildcard }) };
  }
  throw new InputError([
    `towpath:gateway: expected a stack that has brought a gateway up, got ${show(stack)}; bring it up with npm run pulumi -- up --stack ${stack}`,
  ]);
}
