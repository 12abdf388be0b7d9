import * as pulumi from "@pulumi/pulumi";
import type { SmokeCheckInput } from "../../steps/smoke-check.ts";
import type { DockerHost } from "../host/docker-host.ts";
import { Step } from "../host/step.ts";

/** The checks, and the new copies that they ask. */
export interface SmokeCheckArgs {
  host: DockerHost;
  checks: pulumi.Input<SmokeCheckInput["checks"]>;
  /** Other copies are checked anew. */
  containerIds: pulumi.Output<string>[];
}

/** Asks the new copies what users will ask, before any user can reach them. */
export class SmokeCheck extends pulumi.ComponentResource {
  /** Known once all checks have passed. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: SmokeCheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:SmokeCheck", name, {}, opts);
    const step = new Step<SmokeCheckInput>(
      `${name}-ask`,
      {
        host: args.host,
        program: "smoke-check",
        input: { checks: args.checks },
        triggers: args.containerIds,
      },
      { parent: this },
    );
    this.receipt = step.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}
