import * as pulumi from "@pulumi/pulumi";
import { Gateway, type GatewayArgs } from "../gateway/gateway.ts";
import { DockerHost, type DockerHostArgs } from "../host/docker-host.ts";
import type { Host } from "../host/host.ts";
import { labels, namesOf, type Names } from "../naming/names.ts";
import type { EnvironmentName } from "../naming/namespace.ts";
import type { BasicSettings } from "../settings/basic.ts";

/** Arguments of a place: its owner, and the access to its host. */
export interface PlaceArgs extends Pick<DockerHostArgs, "connection" | "registryAuth"> {
  applicationName: string;
  /** The name of its database; left out, the namespace's. */
  database?: string;
  settings: BasicSettings & { environment: EnvironmentName };
  /** The network of another namespace to use; left out, the place has its own. */
  networkName?: string;
}

/** The host of an environment with its network, and what everything there has in common. */
export interface Place {
  readonly names: Names;
  readonly host: Host;
  /** The labels of one part. */
  readonly labels: (part: string) => Record<string, string>;
  /** The prefix that stands for docker.io in image names. */
  readonly imageMirror: string;
  readonly gateTimeoutSeconds: number;
}

/** A place whose host is a Docker engine, which builds images, too. */
export interface DockerPlace extends Place {
  readonly host: DockerHost;
}

/** Makes the host `<name>-host` and its network. */
export function placeOf(
  name: string,
  { applicationName, database, settings, networkName, ...reached }: PlaceArgs,
  opts: pulumi.ComponentResourceOptions,
): DockerPlace {
  const { environment, namespace, imageMirror = "docker.io", gateTimeoutSeconds } = settings;
  const names = namesOf(namespace, database);
  const labelsOf = (part: string): Record<string, string> =>
    labels({ application: applicationName, environment, namespace, part });
  const network =
    networkName === undefined ? { networkName: names.network, labels: labelsOf("network") } : { networkName };
  const host = new DockerHost(`${name}-host`, { ...network, ...reached }, opts);
  return { names, host, labels: labelsOf, imageMirror, gateTimeoutSeconds };
}

/** Makes the place's own gateway `<name>-gateway`. */
export function gatewayOf(
  name: string,
  { names, host, labels: labelsOf, imageMirror }: Place,
  listening: Pick<GatewayArgs, "listens" | "ipv6">,
  opts: pulumi.ComponentResourceOptions,
): Gateway {
  return new Gateway(
    `${name}-gateway`,
    { containerName: names.gateway, imageMirror, ...listening, host, labels: labelsOf("gateway") },
    opts,
  );
}
