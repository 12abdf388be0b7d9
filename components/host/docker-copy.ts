import type { ContainerArgs } from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { resolve } from "node:path";
import { defined } from "../input/defined.ts";
import { marked } from "../naming/run-mark.ts";
import type { CopyArgs } from "./host.ts";
import { remoteSocket } from "./ssh-config.ts";

const mebibyte = 1024 ** 2;

/** Returns the arguments of a copy in the form of the docker package. */
export function containerArgs(args: CopyArgs): ContainerArgs {
  const { onlyName, entrypoint, command, variables, files, labels } = args;
  return {
    ...defined({ name: onlyName }),
    ...(args.startedByStep === true && { start: false, mustRun: false }),
    image: args.image,
    ...defined({ entrypoints: entrypoint && [...entrypoint], command: command && [...command] }),
    ...(variables !== undefined && {
      envs: Object.entries(variables).map(([key, value]) => pulumi.interpolate`${key}=${value}`),
    }),
    ...(files !== undefined && {
      uploads: files.map(({ path, content, mode }) => ({ file: path, content, permissions: mode })),
    }),
    ...volumesOf(args),
    ...inMemory(args),
    ...processOf(args),
    networksAdvanced: args.networks.map((name) => ({ name })),
    ...defined({ ports: args.ports }),
    ...healthcheck(args),
    ...limits(args),
    ...rights(args),
    ...(args.readOnly === true && { readOnly: true }),
    restart: "unless-stopped",
    destroyGraceSeconds: args.graceSeconds,
    ...defined({ stopTimeout: args.stopSeconds }),
    labels: pulumi.output(labels).apply((known) => labelList(onlyName === undefined ? known : marked(known))),
  };
}

/** Returns the options by which the engine replaces a copy. */
export function replacing({ onlyName, keepsPorts }: CopyArgs): pulumi.CustomResourceOptions {
  if (onlyName === undefined) {
    return {
      // The docker package would delete the old copy first.
      deleteBeforeReplace: false,
      // It would also take a changed health check down in the state and leave the container as it is.
      replaceOnChanges: ["healthcheck"],
    };
  }
  return { deleteBeforeReplace: true, ignoreChanges: keepsPorts === true ? ["labels", "ports"] : ["labels"] };
}

/** Labels in the form that the docker package asks for, in a stable order. */
export function labelList(labels: Readonly<Record<string, string>>): { label: string; value: string }[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}

/** Volumes, and the mounted source: read-only, so that nothing of a container is written into the working tree. */
function volumesOf({
  volumes = [],
  mounts = {},
  machineFiles = {},
  asksEngine = false,
}: CopyArgs): Pick<ContainerArgs, "volumes"> {
  const all = [
    ...volumes.map(({ name, path, readOnly }) => ({
      volumeName: name,
      containerPath: path,
      ...defined({ readOnly }),
    })),
    ...Object.entries(mounts).map(([folder, containerPath]) => ({
      hostPath: resolve(folder),
      containerPath,
      readOnly: true,
    })),
    ...Object.entries(machineFiles).map(([containerPath, hostPath]) => ({
      hostPath,
      containerPath,
      readOnly: true,
    })),
    ...(asksEngine ? [{ hostPath: remoteSocket, containerPath: remoteSocket }] : []),
  ];
  return all.length === 0 ? {} : { volumes: all };
}

/** Folders in memory; where it can write nowhere else, `/tmp` is one. */
function inMemory({
  memoryFolders = [],
  readOnly,
  sharedMemory,
}: CopyArgs): Pick<ContainerArgs, "tmpfs" | "shmSize"> {
  const folders = [...(readOnly === true ? ["/tmp"] : []), ...memoryFolders];
  return {
    ...(folders.length > 0 && { tmpfs: Object.fromEntries(folders.map((folder) => [folder, ""])) }),
    ...defined({ shmSize: sharedMemory }),
  };
}

/** How its process runs, where that is not as the image says. */
function processOf({
  init,
  user,
  workingFolder,
  stopSignal,
  processLimits = {},
  hostNames = {},
}: CopyArgs): Partial<ContainerArgs> {
  const ulimits = Object.entries(processLimits).map(([name, most]) => ({ name, soft: most, hard: most }));
  const hosts = Object.entries(hostNames).map(([host, ip]) => ({ host, ip }));
  return {
    ...(init === true && { init }),
    ...defined({ user, workingDir: workingFolder, stopSignal }),
    ...(ulimits.length > 0 && { ulimits }),
    ...(hosts.length > 0 && { hosts }),
  };
}

/** Returns the health check that `docker ps` shows. */
function healthcheck({ health }: CopyArgs): Pick<ContainerArgs, "healthcheck"> {
  if (health === undefined) return {};
  // All times are given: the engine fills gaps with the image's, and every plan would show the difference.
  const times = { interval: "10s", timeout: "5s", startPeriod: "10s", retries: 3 };
  return {
    healthcheck: { tests: health === "none" ? ["NONE"] : ["CMD", ...health.command], ...times },
  };
}

/** Memory without swap, and processors. */
function limits({ limits }: CopyArgs): Pick<ContainerArgs, "memory" | "memorySwap" | "cpus"> {
  if (limits === undefined) return {};
  const { memory, cpus } = limits;
  const inMebibytes = Math.floor(memory / mebibyte);
  return {
    memory: inMebibytes,
    // Set, because the engine would fill it in and every plan show the difference.
    memorySwap: inMebibytes,
    // As the docker package reads it back, always with a decimal point.
    cpus: Number.isInteger(cpus) ? cpus.toFixed(1) : String(cpus),
  };
}

/**
 * Few rights: none of Linux' capabilities but the named ones, and never more than at its start. Of what it prints, 50 MB are
 * kept: enough to see what led to a failure, and no disk fills with it.
 */
function rights({
  capabilities,
}: CopyArgs): Pick<ContainerArgs, "capabilities" | "securityOpts" | "logDriver" | "logOpts"> {
  if (capabilities === undefined) return {};
  // In the engine's own form and order: every other one would show as a change in every plan.
  const adds = [...capabilities].sort().map((name) => `CAP_${name}`);
  return {
    capabilities: { drops: ["ALL"], ...(adds.length > 0 && { adds }) },
    securityOpts: ["no-new-privileges:true"],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "5" },
  };
}
