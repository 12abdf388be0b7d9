import * as pulumi from "@pulumi/pulumi";
import type { JoinNetworksInput, LeaveNetworkInput } from "../contract/join-networks.ts";
import type { Host } from "../host/host.ts";
import { Step } from "../host/step.ts";
import type { SharedGateway } from "./shared-gateway.ts";

/** Arguments of a gateway that joins. */
export interface JoinedGatewayArgs {
  host: Pick<Host, "connection" | "networkName">;
  gateway: SharedGateway;
}

/**
 * The gateway of another stack, once it is in this environment's network.
 *
 * The gateway comes to the copies, and no copy to the gateway: in a network that all environments shared, each would
 * reach the others'.
 */
export class JoinedGateway extends pulumi.ComponentResource {
  /** Known once the gateway is in the network. */
  readonly containerName: pulumi.Output<string>;
  /** The container's id: another one when the gateway was made again. Known once it is in the network. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, { host, gateway }: JoinedGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:gateway:JoinedGateway", name, {}, opts);
    const { containerName, containerId } = gateway;
    const between = { gateway: containerName, network: host.networkName };
    // In the state before the gateway joins: a join that is killed is undone, too, and nothing holds the network.
    const leaving = new Step<LeaveNetworkInput>(
      `${name}-leave`,
      { host, input: between, deleteProgram: "leave-network" },
      { parent: this },
    );
    const joining = new Step<JoinNetworksInput & { gatewayId: string }>(
      `${name}-join`,
      // A gateway that was made again joins again.
      { host, program: "join-networks", input: { ...between, gatewayId: containerId } },
      { parent: this, dependsOn: [leaving] },
    );
    this.containerName = joining.receipt.apply(() => containerName);
    this.containerId = joining.receipt.apply(() => containerId);
    this.registerOutputs({ containerName: this.containerName });
  }
}
