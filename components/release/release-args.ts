import type * as pulumi from "@pulumi/pulumi";
import type { Application, Job, JobTime } from "../application/application.ts";
import type { ReferenceFacts } from "../application/references.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Login } from "../gateway/login.ts";
import type { CertifiedName, Redirect } from "../gateway/site.ts";
import type { Host } from "../host/host.ts";
import type { MigrationCare } from "../migration/migration.ts";
import type { Names } from "../naming/names.ts";
import type { SecretValues } from "../secrets/files.ts";
import type { Ports } from "../settings/ports.ts";
import type { SeedData } from "../settings/preview-data.ts";
import type { Boundaries } from "./boundaries.ts";

/** Arguments of a release. */
export interface ReleaseArgs {
  application: Application;
  /** What references in variables stand for. */
  facts: ReferenceFacts;
  names: Names;
  /** The images' ids, by the images' names: of the release that all clients get, but for a canary's. */
  images: ImageIds;
  /** A newer release beside it, for a part of the clients. */
  canary?: { images: ImageIds; weight: number; version: string };
  /** The number of copies of each service, by its name; one where a service is not named. */
  numberOfCopies?: Readonly<Record<string, number>>;
  /** The users' access to it. */
  access: Access;
  /** The boundaries that keep its copies from harming others. */
  boundaries: Boundaries;
  /** The care with which the schema is migrated. */
  schema: SchemaArgs;
  /** The command that fills the new database of a preview; left out, it stays as the migration leaves it. */
  seed?: SeedData;
  /** The jobs that run once for it; left out, none does. */
  jobs?: ReleaseJobTimes;
  /** True when the services' ports are published on the host. */
  publishesPorts?: true;
  /** The names of the volumes that services share, by their names in the application. */
  volumes: Readonly<Record<string, pulumi.Output<string>>>;
  /** Every secret that a service may be given, by name. */
  secretValues: SecretValues;
  gateTimeoutSeconds: number;
  watchSeconds: number;
  /** The time that an old copy may take to end. */
  drainSeconds: number;
  /** True when the switch waits that long for requests under way, before old copies are ended. */
  drains: boolean;
  /** The time since which the gateway serves what the state says; see `agreement`. */
  routeSince: pulumi.Input<string>;
  host: Host;
  gateway: Pick<Gateway, "containerName" | "containerId">;
  /** The labels of one part. */
  labels: (part: string) => Readonly<Record<string, string>>;
}

/** The jobs of a release, by the time at which they run. */
export type ReleaseJobTimes = Readonly<Record<JobTime, TimedJobs>> & {
  /** The command that runs those again which failed. */
  readonly again: string;
};

/** The jobs that run at one time of a release. */
export interface TimedJobs {
  readonly jobs: Readonly<Record<string, Job>>;
  /** The id of the release that they are of: another one runs them again, and nothing else does. */
  readonly release: pulumi.Input<string>;
  /** False where an earlier release comes back, or users do not get this one: they are noted as done. */
  readonly isDue: boolean;
}

/** Images' ids, by the images' names. */
export type ImageIds = Readonly<Record<string, pulumi.Output<string>>>;

/** The users' access to an environment: on a port of their own machine, or by a domain over HTTPS. */
export type Access = LocalAccess | PublicAccess;

/** Access to an environment on its user's own machine. */
interface LocalAccess {
  readonly route: "localhost";
  /** Further ports that lead to one service each, by its name. */
  readonly servicePorts: Ports;
}

/** Access to an environment by its domain. */
export interface PublicAccess extends CertifiedName {
  readonly route: "domain";
  /** Its further host names, by the labels of the application's domains. */
  readonly domains: Readonly<Record<string, CertifiedName>>;
  readonly redirects: readonly Redirect[];
  /** The networks of proxies before the gateway; left out, there are none. */
  readonly trustedProxies?: readonly string[];
  /** True when search engines are told not to list it. */
  readonly hidden: boolean;
  /** The password that visitors are asked for; left out, everyone may look. */
  readonly login?: Pick<Login, "password" | "hash">;
  /** True when everyone is asked to come back later, health paths excepted. */
  readonly maintenance: boolean;
  /** The address of what wakes the environment, where it may be asleep. */
  readonly activator?: string;
}

/** The care taken in a migration: the command alone, or more where an environment's own database has users' data. */
export type SchemaArgs =
  | { readonly careful: false }
  | ({ readonly careful: true; readonly timeoutSeconds: number } & Omit<
      MigrationCare,
      "migrations" | "capabilities"
    >);
