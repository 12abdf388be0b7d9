import type * as pulumi from "@pulumi/pulumi";
import type { Service } from "../application/application.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Host } from "../host/host.ts";
import type { Names } from "../naming/names.ts";
import type { SecretValues } from "../secrets/files.ts";
import { SecretFiles } from "../secrets/secret-files.ts";
import { limitsFor, type Limits, type LimitsSettings } from "../settings/limits.ts";
import type { WorkloadArgs } from "./workload.ts";

/** The boundaries that keep a release's copies from harming others: none where they have all rights. */
export type Boundaries =
  | { readonly rights: "all" }
  | {
      readonly rights: "few";
      /** The resources that a copy may use. */
      readonly limits: LimitsSettings;
      /** The versions of all secrets, by name. */
      readonly secretVersions: pulumi.Output<Record<string, string>>;
    };

/** A service of one release. */
interface ReleasedService {
  /** The release's name among the resources. */
  name: string;
  service: Service;
  serviceName: string;
  /** Its secrets that are files. */
  files: SecretValues;
  /** The name of its containers: by the service, and the release where there are two. */
  part: string;
}

/** The environment of a released service. */
interface Surroundings {
  boundaries: Boundaries;
  names: Names;
  host: Host;
  gateway: Pick<Gateway, "containerName">;
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** The limits of the copies of a service, and the volume with its secrets where the root file system is read-only. */
export function boundariesOf(
  { name, service, serviceName, files, part }: ReleasedService,
  { boundaries, names, gateway, host, labels }: Surroundings,
  opts: pulumi.ComponentResourceOptions,
): Pick<WorkloadArgs, "limits" | "secretsVolume"> {
  if (boundaries.rights === "all") return {};
  const { secretVersions: versions } = boundaries;
  const limits = limitsFor(boundaries.limits, serviceName);
  if (!service.readOnly || Object.keys(files).length === 0) return { limits };
  const secrets = new SecretFiles(
    `${name}-${part}-secrets`,
    {
      files,
      versions,
      host,
      container: gateway.containerName,
      volumePrefix: names.volume(`${part}-secrets`),
      labels: labels("secrets"),
    },
    opts,
  );
  return { limits, secretsVolume: secrets.volume };
}

/** The limits of what runs with a service's image within boundaries, for what may have none. */
export function limitsOf(boundaries: Boundaries, serviceName: string): { limits?: Limits } {
  return boundaries.rights === "all" ? {} : { limits: limitsFor(boundaries.limits, serviceName) };
}
