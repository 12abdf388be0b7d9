import * as pulumi from "@pulumi/pulumi";
import type { SmokeCheck } from "../contract/smoke-check.ts";
import type { SwitchRouteInput } from "../contract/switch-route.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { releaseFiles, type ReleaseFiles } from "../gateway/release-files.ts";
import { releaseName, routeId } from "../gateway/served-site.ts";
import {
  gatewayPort,
  renderSite,
  type ServicePort,
  type SiteAccess,
  type SiteRoute,
} from "../gateway/site.ts";
import type { Host } from "../host/host.ts";
import { defined } from "../input/defined.ts";
import { Step } from "../host/step.ts";
import type { LeftRoute } from "./route-agreement.ts";

/** Arguments of a route. */
export interface RouteArgs {
  host: Host;
  gateway: Pick<Gateway, "containerName" | "containerId">;
  /** The name of the environment's file in the gateway. */
  siteName: string;
  routes: readonly SiteRoute[];
  /** The ports of this machine that lead to one service each. */
  servicePorts: readonly ServicePort[];
  /** The copies that answer, and the state of the environment. */
  files: pulumi.Output<ReleaseFiles>;
  /** All copies of the release, also those without a route. */
  copies: pulumi.Output<string[]>;
  /** The users' access to it. */
  access: SiteAccess;
  /** The hash of the password that users are asked for; left out, everyone may look. */
  passwordHash?: pulumi.Output<string>;
  /** The copies that take over within the switch; left out where all start beside the old ones. */
  handOvers?: pulumi.Input<NonNullable<SwitchRouteInput["handOvers"]>>;
  /** The hashes of the passwords that routes ask for, by their secrets' names; left out, none does. */
  hashes?: Readonly<Record<string, pulumi.Output<string>>>;
  /** The checks that the new copies have to pass before the switch. */
  smoke: pulumi.Input<readonly SmokeCheck[]>;
  /** The checks of what users get after it. */
  checks: pulumi.Input<SwitchRouteInput["checks"]>;
  /** What some of them need, and those that are asked once; left out where all only read. */
  listed?: pulumi.Input<NonNullable<SwitchRouteInput["listed"]>>;
  watchSeconds: number;
  drainSeconds: number;
  /** The time since which the gateway serves what the state says; another time switches again. */
  since: pulumi.Input<string>;
}

/** The gateway's port of HTTPS, inside its container. */
const securePort = 443;

/**
 * The switch: the only moment at which users see a release.
 *
 * It depends on everything that has to be well before, through `opts.dependsOn`. The smoke checks, the switch and the watch
 * are one step: the new copies are asked before every switch, also before one that is tried again, and the state never
 * says "switched" of a route that was put back.
 */
export class Route extends pulumi.ComponentResource {
  /** The answers of the new copies; known once users get the release. */
  readonly smoke: pulumi.Output<Record<string, unknown>>;
  /** Known once users get the release. */
  readonly receipt: pulumi.Output<Record<string, unknown>>;
  /** The route that the gateway serves, in short; known once users get the release. */
  readonly left: pulumi.Output<LeftRoute>;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Route", name, {}, opts);
    const { access, gateway, siteName } = args;
    const text = siteText(args);
    const files = args.files.apply(releaseFiles);
    const step = new Step<SwitchRouteInput & { gatewayId: string; since: string }>(
      `${name}-switch`,
      {
        host: args.host,
        program: "switch-route",
        input: {
          site: gateway.containerName.apply((container) => ({ gateway: container, name: siteName })),
          text,
          files,
          copies: args.copies,
          ...listening(access),
          ...(args.handOvers !== undefined && { handOvers: args.handOvers }),
          smoke: args.smoke,
          checks: args.checks,
          ...(args.listed !== undefined && { listed: args.listed }),
          watchSeconds: args.watchSeconds,
          drainSeconds: args.drainSeconds,
          // A gateway that was made again needs its route again.
          gatewayId: gateway.containerId,
          since: args.since,
        },
        deleteProgram: "remove-route",
      },
      { parent: this },
    );
    this.smoke = step.receipt.apply(({ smoke = {} }) => smoke as Record<string, unknown>);
    this.receipt = step.receipt.apply(({ smoke, ...receipt }) => receipt);
    // Nobody finds a password's hash in so short a name of the whole.
    this.left = pulumi.unsecret(
      pulumi.all([text, files, args.since, step.receipt]).apply(([known, release, since]) => ({
        serves: routeId({ text: known, release: releaseName(release) }),
        since,
      })),
    );
    this.registerOutputs({ receipt: this.receipt });
  }
}

function siteText(args: RouteArgs): pulumi.Output<string> {
  const { siteName: name, access, routes, servicePorts, passwordHash, hashes = {} } = args;
  const site = { name, access, routes, servicePorts };
  const isOpen = passwordHash === undefined && Object.keys(hashes).length === 0;
  if (isOpen || access.route === "localhost") return pulumi.output(renderSite(site));
  return pulumi
    .all([passwordHash, pulumi.all(hashes)])
    .apply(([hash, ofRoutes]) =>
      renderSite({ ...site, access: { ...access, hashes: ofRoutes, ...defined({ passwordHash: hash }) } }),
    );
}

function listening(access: SiteAccess): Pick<SwitchRouteInput, "port" | "secure" | "further"> {
  if (access.route === "localhost") return { port: gatewayPort };
  const { domain, certificates, domains = {}, redirects = [] } = access;
  const further = [...Object.values(domains), ...redirects].map((name) => ({
    domain: name.domain,
    certificates: name.certificates,
  }));
  const secure = { domain, certificates };
  // Left out where there are none: another input would switch again.
  return { port: securePort, secure, ...(further.length > 0 && { further }) };
}
