import * as pulumi from "@pulumi/pulumi";
import type { SwitchRouteInput } from "../../steps/switch-route.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { gatewayPort, renderSite, type SiteRoute } from "../gateway/site.ts";
import { Step } from "../host/step.ts";

/** What users get from now on. */
export interface RouteArgs {
  gateway: Gateway;
  /** The name of the environment's file in the gateway. */
  siteName: string;
  routes: readonly SiteRoute[];
  /** The containers that answer, by service. */
  containers: pulumi.Output<Record<string, string>>;
  checks: SwitchRouteInput["checks"];
  watchSeconds: number;
}

/**
 * The switch: the only moment at which users see a release.
 *
 * It depends on everything that has to be well before, through `opts.dependsOn`. Switching and watching are one step, so
 * that the state never says "switched" of a route that was put back.
 */
export class Route extends pulumi.ComponentResource {
  /** Known once users get the release. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Route", name, {}, opts);
    const { gateway } = args;
    const step = new Step<SwitchRouteInput & { gatewayId: string }>(
      `${name}-switch`,
      {
        program: "switch-route",
        input: {
          site: gateway.containerName.apply((container) => ({ gateway: container, name: args.siteName })),
          text: renderSite({ name: args.siteName, address: `:${gatewayPort}`, routes: args.routes }),
          containers: args.containers,
          port: gatewayPort,
          checks: args.checks,
          watchSeconds: args.watchSeconds,
          // A gateway that was made anew is told again.
          gatewayId: gateway.containerId,
        },
        deleteProgram: "remove-route",
      },
      { parent: this },
    );
    this.receipt = step.receipt;
    this.registerOutputs({ receipt: this.receipt });
  }
}
