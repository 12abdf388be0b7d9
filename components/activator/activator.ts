import * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../application/images.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { HealthGate } from "../host/health-gate.ts";
import type { Host } from "../host/host.ts";
import { plainProgram, programImage } from "../host/plain-program.ts";
import type { Room } from "../settings/room.ts";
import { activatorCommand } from "./question.ts";

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

const mebibyte = 1024 ** 2;

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
    const program = plainProgram("activator/program/main.mjs");
    const container = host.copy(
      `${name}-container`,
      {
        onlyName: containerName,
        image: imageReference(programImage, args.imageMirror),
        command: program.command,
        variables: {
          ...program.variables,
          TOWPATH_KEPT: `${keptFolder}/kept.json`,
          TOWPATH_GATEWAY: args.gateway.containerName,
          TOWPATH_PORT: String(activatorPort),
          TOWPATH_ROOM: JSON.stringify(room),
        },
        volumes: [
          {
            name: host.volume(`${name}-volume`, { name: containerName, labels }, child).name,
            path: keptFolder,
          },
        ],
        asksEngine: true,
        networks: [host.networkName],
        limits: { memory: 128 * mebibyte, cpus: 1 },
        capabilities: [],
        readOnly: true,
        init: true,
        graceSeconds: 5,
        labels,
      },
      child,
    );
    const gate = new HealthGate(
      `${name}-gate`,
      {
        host,
        subject: "activator",
        containerName: container.name,
        containerId: container.id,
        probe: { command: activatorCommand({ operation: "state" }) },
        timeoutSeconds: args.gateTimeoutSeconds,
        pids: 64,
      },
      child,
    );
    this.containerName = gate.containerName;
    this.registerOutputs({ containerName: this.containerName });
  }
}
