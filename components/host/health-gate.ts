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
  /**
   * True for a server whose fixed name others use: another container passes the same gate. Were the gate replaced with it, the
   * engine would delete, before that container, all that was made from what the gate says, which is the copies that serve.
   */
  inPlace?: true;
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
    const { containerName, containerId, pids, inPlace } = args;
    const gate = new Step<HealthGateInput & { containerId?: string }>(
      `${name}-poll`,
      {
        host: args.host,
        program: "health-gate",
        input: {
          subject: args.subject,
          container: containerName,
          timeoutSeconds: args.timeoutSeconds,
          ...defined({ probe: args.probe, pids, onlyOneOf: args.onlyOneOf }),
          ...(inPlace && { containerId }),
        },
        ...(inPlace === undefined && {
          triggers: [containerId, ...(pids === undefined ? [] : [`${pids} processes`])],
        }),
      },
      // States of before have triggers, and without them the gate would be replaced.
      { parent: this, ...(inPlace && { ignoreChanges: ["triggers"] }) },
    );
    this.containerName = pulumi.all([containerName, gate.id]).apply(([known]) => known);
    this.receipt = gate.receipt;
    this.registerOutputs({ containerName: this.containerName });
  }
}
