import type * as pulumi from "@pulumi/pulumi";
import type { Limits } from "../settings/limits.ts";
import type { HostConnection } from "./ssh-config.ts";

/**
 * The resources that an environment asks of a machine; what its steps ask is `Machine` in steps/machine/.
 *
 * Each call makes resources of the name `name`, below the parent in `opts`.
 */
export interface Host {
  /** The connection by which the steps reach it; undefined for this machine's own engine. */
  readonly connection: HostConnection | undefined;
  /** The network on which the environment's copies find each other by their names, known once it is there. */
  readonly networkName: pulumi.Output<string>;
  /** Makes sure that an image is there, by its reference with a digest. Returns what a copy is started from. */
  image(name: string, reference: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string>;
  /** Makes a place for data that outlives those who use it. */
  volume(name: string, args: VolumeArgs, opts: pulumi.CustomResourceOptions): HostVolume;
  /** Starts something that runs until its resource is deleted, and again after a reboot. */
  copy(name: string, args: CopyArgs, opts: pulumi.CustomResourceOptions): Copy;
}

/** A place for data. */
export interface VolumeArgs {
  name: pulumi.Input<string>;
  labels: Readonly<Record<string, string>>;
}

/** A place for data on a host. */
export interface HostVolume {
  /** Its name, known once it is there. */
  readonly name: pulumi.Output<string>;
  /** The folder in which the machine itself has it. */
  readonly folder: pulumi.Output<string>;
}

/** A copy that runs on a host. */
export interface Copy {
  /** The name by which others on the network, and the steps, know it. */
  readonly name: pulumi.Output<string>;
  /** The copy's id: another one when it was made again. */
  readonly id: pulumi.Output<string>;
}

/** Arguments of a copy: of a service, a backing service or the gateway. */
export interface CopyArgs {
  /**
   * The name of one that there is only one of: it is taken away before another takes its place. Left out, each has a name
   * of its own, and the one before goes on beside it until it is deleted last.
   */
  onlyName?: string;
  /** True when it is only made: a step starts and stops it, and no refresh starts it again when somebody else stops it. */
  startedByStep?: true;
  image: pulumi.Input<string>;
  entrypoint?: readonly string[];
  /** The command that runs; left out, the image's own. */
  command?: readonly string[];
  variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Files that are in it from its start. */
  files?: readonly CopyFile[];
  volumes?: readonly MountedVolume[];
  /** True when it may ask the machine's engine for everything, which is as much as root there. */
  asksEngine?: boolean;
  /** Folders of the project, and where it sees them, read-only. */
  mounts?: Readonly<Record<string, string>>;
  /** Files of the machine, by the paths at which it sees them, read-only. */
  machineFiles?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folders whose content is in memory, and lost with it. */
  memoryFolders?: readonly string[];
  /** The size of the memory that its processes share, in MiB; left out, the machine's own. */
  sharedMemory?: number;
  /** The user that it runs as; left out, the image's. */
  user?: string;
  /** The folder that it runs in; left out, the image's. */
  workingFolder?: string;
  /** The signal that asks it to end; left out, the image's. */
  stopSignal?: string;
  /** What each of its processes may use, by the names that Linux has for it. */
  processLimits?: Readonly<Record<string, number>>;
  /** Addresses by host names that it finds beside those of its networks. */
  hostNames?: Readonly<Record<string, string>>;
  networks: readonly pulumi.Input<string>[];
  /** The ports at which it is reached from outside; with `keepsPorts`, one that runs keeps those that it has. */
  ports?: pulumi.Input<PublishedPort[]>;
  keepsPorts?: boolean;
  /** The check for the machine's own tools: a command's answer, none, or the image's where it is left out. */
  health?: { readonly command: readonly string[] } | "none";
  /** The resources that it may use; left out, all. The health gate sets the number of processes. */
  limits?: Pick<Limits, "memory" | "cpus">;
  /** Those of Linux' capabilities that it has, and never more; left out, those that the machine gives. */
  capabilities?: readonly string[];
  /** True when it can change none of its image's files, and only write to a `/tmp` in memory. */
  readOnly?: boolean;
  /** True when a process of the machine's takes up those that are left behind in it. */
  init?: boolean;
  /** The time that it may take to end when it is deleted, in seconds. */
  graceSeconds: number;
  /** The time that it may take to end when the machine stops it, in seconds; left out, the machine's own time. */
  stopSeconds?: number;
  labels: pulumi.Input<Readonly<Record<string, string>>>;
}

/** A file that a copy has from its start, as every user of it may read it. */
export interface CopyFile {
  readonly path: string;
  readonly content: pulumi.Input<string>;
  /** The file's mode, in octal digits. */
  readonly mode: "0444" | "0644";
}

/** A volume as a copy sees it. */
export interface MountedVolume {
  readonly name: pulumi.Input<string>;
  readonly path: string;
  readonly readOnly?: true;
}

/** A port of the machine that leads to one of a copy's. */
export interface PublishedPort {
  readonly internal: number;
  readonly external: number;
  /** The machine's address; left out, all that are IPv4's. */
  readonly ip?: string;
  /** The protocol; TCP when it is left out. */
  readonly protocol?: "udp";
}
