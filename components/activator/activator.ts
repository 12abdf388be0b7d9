import * as pulumi from "@pulumi/pulumi";
import type { Gateway } from "../gateway/gateway.ts";
import type { Host } from "../host/host.ts";
import { startHostProgram } from "../host/host-program.ts";
import type { Room } from "../settings/room.ts";

/** Arguments of the activator. */
export interface ActivatorArgs {
  /** The container's name; its volume has the same. */
  containerName: string;
  /** The prefix that stands for docker.io in image names. */
  imageMirror: string;
  /** The gateway that asks it, and reaches what it wakes. */
  gateway: Pick<Gateway, "containerName">;
  /** The room for previews on the host. */
  room: Room;
  gateTimeoutSeconds: number;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** The port at which the gateway asks it. */
export const activatorPort = 8080;

/** The folder of what it keeps through a restart. */
const keptFolder = "/activator";

/**
 * The program on a host that wakes sleeping previews, as Knative's activator does: the gateway asks it before every request.
 *
 * It stops and starts containers, so it has the engine's socket, which is as much as root on the host; it publishes no port,
 * and has no other rights.
 */
export class Activator extends pulumi.ComponentResource {
  /** The container's name, known once it answers. */
  readonly containerName: pulumi.Output<string>;

  constructor(name: string, args: ActivatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:activator:Activator", name, {}, opts);
    const { host, containerName, labels, room } = args;
    const child = { parent: this };
    const volume = host.volume(`${name}-volume`, { name: containerName, labels }, child);
    this.containerName = startHostProgram(
      name,
      {
        ...{ host, containerName, labels },
        subject: "activator",
        main: "activator/program/main.mjs",
        imageMirror: args.imageMirror,
        variables: {
          TOWPATH_KEPT: `${keptFolder}/kept.json`,
          TOWPATH_GATEWAY: args.gateway.containerName,
          TOWPATH_PORT: String(activatorPort),
          TOWPATH_ROOM: JSON.stringify(room),
        },
        volumes: [{ name: volume.name, path: keptFolder }],
        graceSeconds: 5,
        gateTimeoutSeconds: args.gateTimeoutSeconds,
      },
      child,
    );
    this.registerOutputs({ containerName: this.containerName });
  }
}
