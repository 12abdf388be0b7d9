import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { backingServiceRights } from "../host/container-rights.ts";
import { labelList, type DockerHost } from "../host/docker-host.ts";
import { HealthGate, type HealthGateArgs } from "../host/health-gate.ts";
import { defined } from "../input/defined.ts";
import { marked } from "../naming/run-mark.ts";
import { secretUploads, type SecretValues } from "../secrets/files.ts";
import type { Kind } from "../settings/kinds.ts";
import { protectionOf } from "./protection.ts";

/** What every backing service is told by its environment. */
export interface BackingServiceArgs {
  /** The container's fixed name, which is also its host name for the services; its volume has the same name. */
  containerName: string;
  imageMirror: string;
  gateTimeoutSeconds: number;
  /** What becomes of the data (in memory, which is faster, it is lost with the container), and what the server may do. */
  kind: Pick<Kind, "data" | "rights">;
  host: DockerHost;
  labels: Readonly<Record<string, string>>;
}

/** What one kind of backing service adds. */
export interface DataContainerArgs extends BackingServiceArgs {
  /** What messages call it. */
  subject: string;
  image: string;
  command?: string[];
  entrypoints?: string[];
  environment?: Record<string, string>;
  secrets: SecretValues;
  /** Where the data is, inside the container. */
  dataPath: string;
  probe: HealthGateArgs["probe"];
}

/** How long a backing service may take to write everything down when it is stopped, in seconds. */
const stopSeconds = 30;

/** A container with a fixed name, the place of its data, and the gate that says when it can be used. */
export class DataContainer extends pulumi.ComponentResource {
  /** The container's name, known once the service is healthy. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: DataContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:data:DataContainer", name, {}, opts);
    const child = { parent: this, provider: args.host.provider };
    const labels = labelList(args.labels);
    const inVolume = (): Pick<docker.ContainerArgs, "volumes"> => {
      const volume = new docker.Volume(
        `${name}-volume`,
        { name: args.containerName, labels },
        { ...child, ...protectionOf(args.kind.data) },
      );
      return { volumes: [{ volumeName: volume.name, containerPath: args.dataPath }] };
    };
    const container = new docker.Container(
      `${name}-container`,
      {
        name: args.containerName,
        image: args.image,
        ...defined({ command: args.command, entrypoints: args.entrypoints }),
        envs: Object.entries(args.environment ?? {}).map(([key, value]) => `${key}=${value}`),
        uploads: secretUploads(args.secrets),
        networksAdvanced: [{ name: args.host.networkName }],
        ...(args.kind.data === "memory" ? { tmpfs: { [args.dataPath]: "" } } : inVolume()),
        ...(args.kind.rights === "few" && backingServiceRights),
        restart: "unless-stopped",
        destroyGraceSeconds: stopSeconds,
        stopTimeout: stopSeconds,
        labels: labelList(marked(args.labels)),
      },
      // The name is fixed, and two servers must not share the data.
      { ...child, deleteBeforeReplace: true, ignoreChanges: ["labels"] },
    );
    const gate = new HealthGate(
      `${name}-gate`,
      {
        host: args.host,
        subject: args.subject,
        containerName: container.name,
        containerId: container.id,
        ...defined({ probe: args.probe }),
        timeoutSeconds: args.gateTimeoutSeconds,
      },
      { parent: this },
    );
    this.address = gate.containerName;
    this.registerOutputs({ address: this.address });
  }
}
