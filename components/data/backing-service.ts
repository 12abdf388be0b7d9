import * as pulumi from "@pulumi/pulumi";
import { HealthGate, type HealthGateArgs } from "../host/health-gate.ts";
import type { CopyArgs, Host, MountedVolume } from "../host/host.ts";
import { defined } from "../input/defined.ts";
import { secretFiles, type SecretValues } from "../secrets/files.ts";
import type { Kind } from "../settings/kinds.ts";
import type { Limits } from "../settings/limits.ts";
import { protectionOf } from "./protection.ts";

/** Arguments that every backing service gets from its environment. */
export interface BackingServiceArgs {
  /** The container's fixed name, which is also its host name for the services; its volume has the same name. */
  containerName: string;
  imageMirror: string;
  gateTimeoutSeconds: number;
  /** The storage of the data (in memory, which is faster, it is lost with the container), and the server's rights. */
  kind: Pick<Kind, "data" | "rights">;
  /** The resources that it may use; left out, all. */
  limits?: Limits;
  /** The port of this machine that leads to it; left out, it is reached on its network alone. */
  publishedPort?: number;
  host: Host;
  labels: Readonly<Record<string, string>>;
}

/** Arguments that one kind of backing service adds. */
export interface DataContainerArgs extends BackingServiceArgs {
  /** The name that messages use. */
  subject: string;
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string>;
  secrets: SecretValues;
  /** The port that it listens on. */
  port: number;
  /** The folder of the data, inside the container. */
  dataPath: string;
  probe: HealthGateArgs["probe"];
}

/** The time that a backing service may take to write everything down when it is stopped, in seconds. */
const stopSeconds = 30;

/** Capabilities for official images' entry points, which begin as root, take over their folder and change the user. */
const ofEntryPoints = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];

/** A container with a fixed name, the place of its data, and the gate that says when it can be used. */
export class DataContainer extends pulumi.ComponentResource {
  /** The container's name, known once the service is healthy. */
  readonly address: pulumi.Output<string>;
  /** The container's id: another one when it was made again. */
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: DataContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:DataContainer", name, {}, opts);
    const { host, kind, dataPath } = args;
    const volume = (): MountedVolume => ({
      name: host.volume(
        `${name}-volume`,
        { name: args.containerName, labels: args.labels },
        { parent: this, ...protectionOf(kind.data) },
      ).name,
      path: dataPath,
    });
    // The name is fixed, and two servers must not share the data.
    const server = host.copy(
      `${name}-container`,
      {
        onlyName: args.containerName,
        image: args.image,
        ...defined({ command: args.command, entrypoint: args.entrypoint }),
        variables: args.environment ?? {},
        files: secretFiles(args.secrets),
        networks: [host.networkName],
        ...(kind.data === "memory" ? { memoryFolders: [dataPath] } : { volumes: [volume()] }),
        ...(kind.rights === "few" && { capabilities: ofEntryPoints }),
        ...defined({ limits: args.limits }),
        ...publishing(args),
        graceSeconds: stopSeconds,
        stopSeconds,
        labels: args.labels,
      },
      { parent: this },
    );
    const gate = new HealthGate(
      `${name}-gate`,
      {
        host: args.host,
        subject: args.subject,
        containerName: args.containerName,
        containerId: server.id,
        inPlace: true,
        ...defined({ probe: args.probe }),
        timeoutSeconds: args.gateTimeoutSeconds,
        ...defined({ pids: args.limits?.pids }),
      },
      { parent: this },
    );
    this.address = gate.containerName;
    this.containerId = server.id;
    this.registerOutputs({ address: this.address });
  }
}

/** Returns the port of this machine that leads to it, where one does. */
function publishing({ port, publishedPort }: DataContainerArgs): Pick<CopyArgs, "ports"> {
  if (publishedPort === undefined) return {};
  return { ports: [{ internal: port, external: publishedPort, ip: "127.0.0.1" }] };
}
