import type * as pulumi from "@pulumi/pulumi";
import type { Service } from "../application/application.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { DockerHost } from "../host/docker-host.ts";
import type { Names } from "../naming/names.ts";
import type { SecretValues } from "../secrets/files.ts";
import { SecretFiles } from "../secrets/secret-files.ts";
import type { Limits } from "../settings/limits.ts";
import type { WorkloadArgs } from "./workload.ts";

/** What keeps the copies of a release from harm to others; left out, nothing does. */
export interface Boundaries {
  /** What a copy may use. */
  limits?: Limits;
  /** The versions of all secrets, by name. */
  secretVersions?: pulumi.Output<Record<string, string>>;
}

/** A service of one release. */
interface ReleasedService {
  /** The release's name among the resources. */
  name: string;
  service: Service;
  /** Its secrets that are files. */
  files: SecretValues;
  /** What its containers are called: by the service, and the release where there are two. */
  part: string;
}

/** Where it runs. */
interface Surroundings extends Boundaries {
  names: Names;
  host: DockerHost;
  gateway: Pick<Gateway, "containerName">;
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** The limits of the copies of a service, and the volume with its secrets where the root file system is read-only. */
export function boundariesOf(
  { name, service, files, part }: ReleasedService,
  { limits, secretVersions: versions, names, gateway, host, labels }: Surroundings,
  opts: pulumi.ComponentResourceOptions,
): Pick<WorkloadArgs, "limits" | "secretsVolume"> {
  if (limits === undefined) return {};
  if (!service.readOnly || versions === undefined || Object.keys(files).length === 0) return { limits };
  const secrets = new SecretFiles(
    `${name}-${part}-secrets`,
    {
      ...{ files, versions, host, container: gateway.containerName },
      volumePrefix: names.volume(`${part}-secrets`),
      labels: labels("secrets"),
    },
    opts,
  );
  return { limits, secretsVolume: secrets.volumeName };
}
