import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resolve } from "node:path";
import type { Service } from "../application/application.ts";
import { secretsFolder } from "../application/connections.ts";
import { labelList, type DockerHost } from "../host/docker-host.ts";
import { shortId } from "../image/built-image.ts";
import { secretFileVariables, secretUploads, type SecretValues } from "../secrets/files.ts";
import type { Limits } from "../settings/limits.ts";
import { containerLimits } from "./container-limits.ts";

/** One copy of a service, of one release. */
export interface WorkloadArgs {
  service: Service;
  imageId: pulumi.Output<string>;
  environment: Readonly<Record<string, string>>;
  /** Secrets that are delivered as variables. */
  variables: SecretValues;
  /** Secrets that are delivered as files. */
  files: SecretValues;
  /** Folders of the project, and where the copy sees them. */
  mounts: Readonly<Record<string, string>>;
  /** How long the copy may take to end its requests when its successor has taken over, in seconds. */
  drainSeconds: number;
  /** What it may use where users are; left out, it may use everything. */
  limits?: Limits;
  /** The volume that holds the secret files, where the root file system is read-only. */
  secretsVolume?: pulumi.Output<string>;
  host: DockerHost;
  /** The network of a gateway that is not this environment's own, and has to find the copy. */
  gatewayNetwork?: string;
  labels: Readonly<Record<string, string>>;
}

/**
 * A running copy of a service.
 *
 * Its name is Pulumi's own (`<name>-1a2b3c4`), so that a new copy can start beside the old one, which is deleted last.
 */
export class Workload extends pulumi.ComponentResource {
  readonly containerName: pulumi.Output<string>;
  readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: WorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("towpath:release:Workload", name, {}, opts);
    const { service } = args;
    const release = args.imageId.apply(shortId);
    const shared = args.gatewayNetwork === undefined ? [] : [args.gatewayNetwork];
    const variables = {
      ...args.environment,
      ...secretFileVariables(Object.keys(args.files)),
      ...args.variables,
      TOWPATH_RELEASE: release,
    };
    const container = new docker.Container(
      name,
      {
        image: args.imageId,
        ...(service.command !== undefined && { command: [...service.command] }),
        envs: Object.entries(variables).map(([key, value]) => pulumi.interpolate`${key}=${value}`),
        ...secretFilesOf(args),
        ...sourceVolumes(args.mounts),
        networksAdvanced: [args.host.networkName, ...shared].map((network) => ({ name: network })),
        ...healthcheck(service),
        ...(args.limits !== undefined && containerLimits(args.limits, service)),
        restart: "unless-stopped",
        destroyGraceSeconds: args.drainSeconds,
        labels: release.apply((value) => labelList({ ...args.labels, "towpath.release": value })),
      },
      {
        parent: this,
        provider: args.host.provider,
        // The docker package would delete the old copy first.
        deleteBeforeReplace: false,
        // It would also take a changed health check down in the state and leave the container as it is.
        replaceOnChanges: ["healthcheck"],
      },
    );
    this.containerName = container.name;
    this.containerId = container.id;
    this.registerOutputs({ containerName: this.containerName });
  }
}

/** Where the secrets come from: uploaded, or mounted where nothing can be uploaded. Nobody is mounted sources besides. */
function secretFilesOf({
  files,
  secretsVolume,
}: WorkloadArgs): Pick<docker.ContainerArgs, "uploads" | "volumes"> {
  if (secretsVolume === undefined) return { uploads: secretUploads(files) };
  return { volumes: [{ volumeName: secretsVolume, containerPath: secretsFolder, readOnly: true }] };
}

/** The mounted source; read-only, so that nothing of a container is written into the working tree. */
function sourceVolumes(mounts: WorkloadArgs["mounts"]): Pick<docker.ContainerArgs, "volumes"> {
  const volumes = Object.entries(mounts).map(([folder, containerPath]) => ({
    hostPath: resolve(folder),
    containerPath,
    readOnly: true,
  }));
  return volumes.length === 0 ? {} : { volumes };
}

/** What `docker ps` shows. A service with an HTTP path keeps its image's own check; without one, another service's must not apply. */
function healthcheck({ health }: Service): { healthcheck?: docker.ContainerArgs["healthcheck"] } {
  // All times are given: the engine fills gaps with the image's, and every plan would show the difference.
  const times = { interval: "10s", timeout: "5s", startPeriod: "10s", retries: 3 };
  if (health === undefined) return { healthcheck: { tests: ["NONE"], ...times } };
  if ("path" in health) return {};
  return { healthcheck: { tests: ["CMD", ...health.command], ...times } };
}
