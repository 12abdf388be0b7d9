import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../application/images.ts";
import { gatewayImage } from "./gateway-image.ts";
import { HealthGate } from "../host/health-gate.ts";
import type { Host, MountedVolume, PublishedPort } from "../host/host.ts";
import { gatewayPort, innerPort } from "./site.ts";

/** Arguments of the gateway. */
export interface GatewayArgs {
  /** The container's name; its volumes take it as their start. */
  containerName: string;
  /** The prefix that stands for docker.io in image names. */
  imageMirror: string;
  /** `port`: plain HTTP on that port of `127.0.0.1`, and on those that lead to one service each. `public`: HTTP, HTTPS and HTTP/3 on ports 80 and 443 of every address. */
  listens: "public" | { port: number; servicePorts: readonly number[] };
  /**
   * True when it listens on IPv6, too: on `::1`, or on every address. Only what the machine has can be listened on.
   *
   * A public gateway that is there keeps what it listens on: another one in its place would be an outage.
   */
  ipv6: pulumi.Input<boolean>;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** The address at which Caddy answers in its own container, whether or not it has sites yet. */
const administration = "http://127.0.0.1:2019/config/";

/** The time that the gateway may take to answer once its container runs, in seconds: it reads its sites first. */
const answerSeconds = 60;

/** Caddy, through which users reach the services. It keeps its sites in a volume, so that it starts with them after a reboot. */
export class Gateway extends pulumi.ComponentResource {
  /** Known once it answers. */
  readonly containerName: pulumi.Output<string>;
  /** The container's id: another one when the gateway was made again. Known once it answers. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:gateway:Gateway", name, {}, opts);
    const { host, containerName } = args;
    const child = { parent: this };
    const volume = (part: string, path: string): MountedVolume => {
      const its = { name: `${containerName}-${part}`, labels: args.labels };
      return { name: host.volume(`${name}-${part}`, its, child).name, path };
    };
    const isPublic = args.listens === "public";
    // Two cannot hold the same port: the old one goes first.
    const container = host.copy(
      `${name}-container`,
      {
        onlyName: containerName,
        image: imageReference(gatewayImage, args.imageMirror),
        ports: pulumi.output(args.ipv6).apply((ipv6) => publishedPorts(args.listens, ipv6)),
        keepsPorts: isPublic,
        networks: [host.networkName],
        volumes: [
          volume("sites", "/etc/caddy/sites"),
          // Authorities give a domain few certificates a week: they are kept.
          ...(isPublic ? [volume("certificates", "/data")] : []),
        ],
        files: [{ path: "/etc/caddy/Caddyfile", content: caddyfile(isPublic), mode: "0644" }],
        ...(isPublic && { capabilities: ["NET_BIND_SERVICE"] }),
        // Steps ask through processes of this container, and Caddy does not take up those that they leave.
        init: true,
        graceSeconds: 10,
        labels: args.labels,
      },
      child,
    );
    const gate = new HealthGate(
      `${name}-gate`,
      {
        host: args.host,
        subject: "gateway",
        containerName: container.name,
        containerId: container.id,
        probe: { command: ["wget", "-q", "-O", "/dev/null", administration] },
        timeoutSeconds: answerSeconds,
      },
      { parent: this },
    );
    this.containerName = gate.containerName;
    this.containerId = pulumi.all([container.id, gate.receipt]).apply(([id]) => id);
    this.registerOutputs({ containerName: this.containerName });
  }
}

/** Returns the configuration that the gateway starts with: the sites are the environments' own files. */
function caddyfile(isPublic: boolean): string {
  return `{
	${isPublic ? "" : "auto_https off\n\t"}grace_period 30s
}
import /etc/caddy/sites/*.caddy
`;
}

function publishedPorts(listens: GatewayArgs["listens"], ipv6: boolean): PublishedPort[] {
  if (listens !== "public") {
    const of = listens.servicePorts.map((external) => ({ internal: innerPort(external), external }));
    return (
      [{ internal: gatewayPort, external: listens.port }, ...of]
        // As the engine lists them.
        .sort((a, b) => a.internal - b.internal)
        .flatMap((port) => [{ ...port, ip: "127.0.0.1" }, ...(ipv6 ? [{ ...port, ip: "::1" }] : [])])
    );
  }
  const ports: PublishedPort[] = [
    { internal: 80, external: 80 },
    { internal: 443, external: 443 },
    { internal: 443, external: 443, protocol: "udp" },
  ];
  // Without an address the docker package takes IPv4's.
  return [...ports, ...(ipv6 ? ports.map((port) => ({ ...port, ip: "::" })) : [])];
}
