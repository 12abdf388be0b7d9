import * as pulumi from "@pulumi/pulumi";
import type { HealthGateInput } from "../contract/health-gate.ts";
import { defined } from "../input/defined.ts";
import type { Host } from "./host.ts";
import { Step } from "./step.ts";

/** Arguments of a health gate. */
export interface HealthGateArgs {
  host: Host;
  /** The name that messages use: `services.api`, `postgres`. */
  subject: string;
  containerName: pulumi.Input<string>;
  /** Another container passes a gate of its own. */
  containerId: pulumi.Output<string>;
  probe?: pulumi.Input<NonNullable<HealthGateInput["probe"]>>;
  timeoutSeconds: number;
  /** The limit of processes and threads; the gate sets it, for the docker package has no field for it. */
  pids?: number;
  /** The labels of all copies of its service, where the gate starts it unless another one runs. */
  onlyOneOf?: Readonly<Record<string, string>>;
}

/**
 * Waits until a container is healthy, and fails with its last log lines when it does not become so.
 *
 * A gate that failed is not in the state: the next `up` waits again.
 */
export class HealthGate extends pulumi.ComponentResource {
  /** The container's name, known once it is healthy: whoever uses it waits for the gate. */
  readonly containerName: pulumi.Output<string>;
  /** Known once the container is healthy. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: HealthGateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:HealthGate", name, {}, opts);
    const gate = new Step<HealthGateInput>(
      `${name}-poll`,
      {
        host: args.host,
        program: "health-gate",
        input: {
          subject: args.subject,
          container: args.containerName,
          timeoutSeconds: args.timeoutSeconds,
          ...defined({ probe: args.probe, pids: args.pids, onlyOneOf: args.onlyOneOf }),
        },
        triggers: [args.containerId, ...(args.pids === undefined ? [] : [`${args.pids} processes`])],
      },
      { parent: this },
    );
    this.containerName = pulumi.all([args.containerName, gate.id]).apply(([containerName]) => containerName);
    this.receipt = gate.receipt;
    this.registerOutputs({ containerName: this.containerName });
  }
}
