import * as pulumi from "@pulumi/pulumi";
import type { Service } from "../application/application.ts";
import { secretsFolder } from "../application/connections.ts";
import { mebibytes } from "../application/process.ts";
import { isStopFirst } from "../application/rollout.ts";
import { secretPaths } from "../application/secret-paths.ts";
import type { CopyArgs, Host, HostVolume, MountedVolume, PublishedPort } from "../host/host.ts";
import { shortId } from "../image/built-image.ts";
import { defined } from "../input/defined.ts";
import { secretFiles, type SecretValues } from "../secrets/files.ts";
import type { Limits } from "../settings/limits.ts";

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
  /** Volumes that it shares with other copies, and where it sees them. */
  volumes: readonly MountedVolume[];
  /** The ports of the host that lead to it. */
  ports?: readonly PublishedPort[];
  /** The time that the copy may take to end its requests when its successor has taken over, in seconds. */
  drainSeconds: number;
  /** The resources that it may use where users are; left out, it may use everything. */
  limits?: Limits;
  /** The volume that holds the secret files, where the root file system is read-only. */
  secretsVolume?: HostVolume;
  host: Host;
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
    const variables = {
      ...args.environment,
      ...args.variables,
      TOWPATH_RELEASE: release,
    };
    const container = args.host.copy(
      name,
      {
        image: args.imageId,
        ...(isStopFirst(service) && { startedByStep: true }),
        ...processOf(service),
        variables,
        ...volumesOf(args),
        mounts: args.mounts,
        networks: [args.host.networkName],
        ...(args.ports !== undefined && { ports: [...args.ports] }),
        ...healthOf(service),
        ...withinLimits(args),
        graceSeconds: args.drainSeconds,
        labels: release.apply((value) => ({ ...args.labels, "towpath.release": value })),
      },
      { parent: this },
    );
    this.containerName = container.name;
    this.containerId = container.id;
    this.registerOutputs({ containerName: this.containerName });
  }
}

/** Returns its volumes, and the secrets: as files of the copy, or in a volume where no file can be added. */
function volumesOf({
  environment,
  files,
  volumes,
  secretsVolume,
}: WorkloadArgs): Pick<CopyArgs, "files" | "volumes" | "machineFiles"> {
  if (secretsVolume === undefined)
    return { files: secretFiles(files, environment), ...(volumes.length > 0 && { volumes }) };
  const { name, folder } = secretsVolume;
  const elsewhere = Object.keys(files).flatMap((secret) =>
    secretPaths(secret, environment)
      .slice(1)
      .map((path) => [path, pulumi.interpolate`${folder}/${secret}`] as const),
  );
  return {
    volumes: [...volumes, { name, path: secretsFolder, readOnly: true }],
    ...(elsewhere.length > 0 && { machineFiles: Object.fromEntries(elsewhere) }),
  };
}

/**
 * Returns the health check that the host shows. A service with an HTTP path keeps its image's own; without one, another
 * service's must not apply.
 */
function healthOf({ health }: Service): Pick<CopyArgs, "health"> {
  if (health === undefined) return { health: "none" };
  return "path" in health ? {} : { health };
}

/** Its process, where it is not as the image says. */
function processOf(service: Service): Partial<CopyArgs> {
  const { entrypoint, command, user, workingDir, init, stopSignal, tmpfs, shmSize, ulimits, extraHosts } =
    service;
  return {
    ...defined({ entrypoint, command, user, workingFolder: workingDir, stopSignal }),
    ...(init && { init }),
    ...(tmpfs.length > 0 && { memoryFolders: tmpfs }),
    ...(shmSize !== undefined && defined({ sharedMemory: mebibytes(shmSize) })),
    processLimits: ulimits,
    hostNames: extraHosts,
  };
}

function withinLimits({ limits, service: { capabilities, readOnly } }: WorkloadArgs): Partial<CopyArgs> {
  return limits === undefined ? {} : { limits, capabilities, readOnly };
}
