import * as pulumi from "@pulumi/pulumi";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { imageReference } from "../application/images.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { HealthGate } from "../host/health-gate.ts";
import type { Host } from "../host/host.ts";
import { towpathFolder } from "../host/towpath-folder.ts";
import type { Room } from "../settings/room.ts";
import { activatorCommand, programFolder } from "./question.ts";

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

/** The image, with nothing but Node. */
const image = "node:20-bookworm-slim";

/** The port at which the gateway asks it. */
export const activatorPort = 8080;

/** The folder of what it keeps through a restart, and that of its program, in memory. */
const folders = { kept: "/activator", program: programFolder };

/** Writes its program, which no file system that is read-only could be given, and starts it. */
const begin = `import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("${folders.program}", { recursive: true });
for (const [name, text] of Object.entries(JSON.parse(process.env.TOWPATH_PROGRAM)))
  writeFileSync("${folders.program}/" + name, text);
await import("${folders.program}/main.mjs");`;

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
    const container = host.copy(
      `${name}-container`,
      {
        onlyName: containerName,
        image: imageReference(image, args.imageMirror),
        command: ["node", "--max-old-space-size=48", "--input-type=module", "--eval", begin],
        variables: {
          TOWPATH_PROGRAM: JSON.stringify(programFiles()),
          TOWPATH_KEPT: `${folders.kept}/kept.json`,
          TOWPATH_GATEWAY: args.gateway.containerName,
          TOWPATH_PORT: String(activatorPort),
          TOWPATH_ROOM: JSON.stringify(room),
        },
        volumes: [
          { name: host.volume(`${name}-volume`, { name: containerName, labels }, child), path: folders.kept },
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

/** The files of the program, by name: plain modules, which the container's Node runs as they are. */
function programFiles(): Record<string, string> {
  const source = resolve(towpathFolder(), "components/activator/program");
  const names = readdirSync(source).filter((name) => name.endsWith(".mjs"));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(source, name), "utf8")]));
}
