import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";

/** The gateway of a host that several environments share, as its stack says it. */
export interface SharedGateway {
  readonly containerName: string;
  readonly containerId: string;
  /** The network where it finds the copies of the environments that it serves. */
  readonly networkName: string;
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
  const { containerName, containerId, networkName } = gateway ?? {};
  if (containerName !== undefined && containerId !== undefined && networkName !== undefined) {
    return { containerName, containerId, networkName };
  }
  throw new InputError([
    `towpath:gateway: expected a stack that has brought a gateway up, got ${show(stack)}; bring it up with npm run pulumi -- up --stack ${stack}`,
  ]);
}
