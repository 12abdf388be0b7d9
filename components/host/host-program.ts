import type * as pulumi from "@pulumi/pulumi";
import { imageReference } from "../application/images.ts";
import { HealthGate } from "./health-gate.ts";
import type { CopyArgs, Host } from "./host.ts";
import { askCommand, plainProgram, programImage } from "./plain-program.ts";

/** A program of Towpath's own that goes on on a host. */
export interface HostProgramArgs {
  host: Host;
  /** The name that messages use. */
  subject: string;
  /** The module to begin with, below `components/`. */
  main: string;
  containerName: string;
  /** The prefix that stands for docker.io in image names. */
  imageMirror: string;
  variables: NonNullable<CopyArgs["variables"]>;
  volumes: NonNullable<CopyArgs["volumes"]>;
  /** The time that it may take to end, in seconds. */
  graceSeconds: number;
  gateTimeoutSeconds: number;
  labels: Readonly<Record<string, string>>;
}

const mebibyte = 1024 ** 2;

/** The most processes and threads. */
const pids = 64;

/**
 * Starts the program in a container that has the engine's socket, which is as much as root on the host; it publishes no port,
 * and has no other rights. The engine starts it again, also after a reboot.
 *
 * @returns the container's name, known once the program answers `state`
 */
export function startHostProgram(
  name: string,
  args: HostProgramArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { host, subject, containerName: onlyName, imageMirror, variables, volumes } = args;
  const program = plainProgram(args.main);
  const container = host.copy(
    `${name}-container`,
    {
      ...{ onlyName, volumes, graceSeconds: args.graceSeconds, labels: args.labels },
      image: imageReference(programImage, imageMirror),
      command: program.command,
      variables: { ...program.variables, ...variables },
      asksEngine: true,
      networks: [host.networkName],
      limits: { memory: 128 * mebibyte, cpus: 1 },
      capabilities: [],
      readOnly: true,
      init: true,
    },
    opts,
  );
  return new HealthGate(
    `${name}-gate`,
    {
      ...{ host, subject, pids },
      containerName: container.name,
      containerId: container.id,
      probe: { command: askCommand({ operation: "state" }) },
      timeoutSeconds: args.gateTimeoutSeconds,
    },
    opts,
  ).containerName;
}
