import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { labelList, type DockerHost } from "../host/docker-host.ts";
import { gatewayPort } from "./site.ts";

/** Where the gateway listens, and what it is made of. */
export interface GatewayArgs {
  /** The container's name; the volume of the sites takes it as its start. */
  containerName: string;
  image: pulumi.Input<string>;
  /** The port on `127.0.0.1` of the host that users open. */
  port: number;
  host: DockerHost;
  labels: Readonly<Record<string, string>>;
}

/** What the gateway starts with: the sites are the environments' own files. */
const caddyfile = `{
	auto_https off
	grace_period 30s
}
import /etc/caddy/sites/*.caddy
`;

/** Caddy, the one container that publishes a port. It keeps its sites in a volume, so that it starts with them after a reboot. */
export class Gateway extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  /** Changes when the gateway was made anew. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:gateway:Gateway", name, {}, opts);
    const child = { parent: this, provider: args.host.provider };
    const sites = new docker.Volume(
      `${name}-sites`,
      { name: `${args.containerName}-sites`, labels: labelList(args.labels) },
      child,
    );
    const container = new docker.Container(
      `${name}-container`,
      {
        name: args.containerName,
        image: args.image,
        ports: [{ internal: gatewayPort, external: args.port, ip: "127.0.0.1" }],
        networksAdvanced: [{ name: args.host.networkName }],
        volumes: [{ volumeName: sites.name, containerPath: "/etc/caddy/sites" }],
        uploads: [{ file: "/etc/caddy/Caddyfile", content: caddyfile, permissions: "0644" }],
        restart: "unless-stopped",
        destroyGraceSeconds: 10,
        labels: labelList(args.labels),
      },
      // Two cannot hold the same port: the old one goes first.
      { ...child, deleteBeforeReplace: true },
    );
    this.containerName = container.name;
    this.containerId = container.id;
    this.registerOutputs({ containerName: this.containerName });
  }
}
