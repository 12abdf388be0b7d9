import { defined } from "../input/defined.ts";
import { checkNamespace, labelFor } from "./namespace.ts";

/** The parts that Towpath adds to the application's services. No service may be called so. */
export const ownParts = [
  "postgres",
  "redis",
  "object-storage",
  "gateway",
  "migration",
  "backups",
  "scheduled-jobs",
] as const;

/** The longest name that every system here takes whole: a DNS label; PostgreSQL cuts what is longer without a word. */
const longest = 63;

/** The names of everything that one namespace holds. */
export interface Names {
  readonly namespace: string;
  /** The network that the containers talk over. */
  readonly network: string;
  /** The PostgreSQL container, and its host name on the network. */
  readonly postgres: string;
  /** The container with the clients of an external PostgreSQL. */
  readonly postgresClient: string;
  /** The host name, on the network, of another stack's PostgreSQL that has a clone for this one. */
  readonly clone: string;
  /** The Redis container, and its host name on the network. */
  readonly redis: string;
  /** The object storage's container, and its host name on the network. */
  readonly objectStorage: string;
  /** The gateway's container. */
  readonly gateway: string;
  /** The container of the program that wakes previews. */
  readonly activator: string;
  /** The container of the program that takes backups at the times of a schedule. */
  readonly backups: string;
  /** The container of such a backup while it is taken. */
  readonly dump: string;
  /** The container in which such a backup is restored to prove it. */
  readonly drill: string;
  /** The container of the program that runs jobs at the times of their schedules. */
  readonly scheduledJobs: string;
  /** The container of a copy of backups into a storage elsewhere while it is made. */
  readonly backupCopy: string;
  /** The application's database, and the role that may do everything on a server of Towpath's own. */
  readonly database: string;
  /** The role by which the application reaches it there, and that it belongs to. */
  readonly databaseOwner: string;
  /** The volume that holds a part's data. */
  readonly volume: (part: string) => string;
  /** A volume that services share. */
  readonly sharedVolume: (volume: string) => string;
  /** A container that is replaced by a release: Pulumi adds `-` and 7 digits of its own. */
  readonly workload: (service: string) => string;
  /** The container of a job while it runs. */
  readonly job: (job: string) => string;
  /** The container of a smoke check's command while it runs, for a release or for somebody who asks. */
  readonly smoke: (asker: "release" | "person") => string;
  /** A bucket in the object storage. */
  readonly bucket: (bucket: string) => string;
  /** The object storage, where it is not Towpath's. */
  readonly externalStorage?: { readonly endpoint: string; readonly region: string };
  /** The image that is built from one of the application's images, without a tag. */
  readonly image: (image: string) => string;
}

/**
 * The names of everything in a namespace. Throws an InputError when the namespace is not one.
 *
 * @param database that of the database, where one is given; left out, the namespace with `_` for `-`
 */
export function namesOf(namespace: string, database = namespace.replaceAll("-", "_")): Names {
  checkNamespace(namespace);
  const named = (part: string, most = longest): string => labelFor(`${namespace}-${part}`, most);
  return {
    namespace,
    network: namespace,
    postgres: named("postgres"),
    postgresClient: named("postgres-client"),
    clone: named("clone"),
    redis: named("redis"),
    objectStorage: named("object-storage"),
    gateway: named("gateway"),
    activator: named("activator"),
    backups: named("backups"),
    dump: named("backups-dump"),
    drill: named("backups-drill"),
    scheduledJobs: named("scheduled-jobs"),
    backupCopy: named("backups-copy"),
    // PostgreSQL needs no quotes around letters, digits and underscores.
    database,
    databaseOwner: `${database}_app`,
    volume: (part) => named(part),
    // No part of Towpath's own has a volume that begins so.
    sharedVolume: (volume) => named(`volume-${volume}`),
    workload: (service) => named(service, longest - 8),
    job: (job) => named(`job-${job}`),
    smoke: (asker) => named(`smoke-${asker}`),
    bucket: (bucket) => named(bucket),
    image: (image) => named(image),
  };
}

/** The values of the labels of a container, volume or network. */
export interface LabelValues {
  /** The application's name. */
  application: string;
  environment: string;
  namespace: string;
  /** The service, backing service or `gateway` that the resource belongs to. */
  part: string;
  /** The release that a workload runs; nothing else has one. */
  release?: string;
}

/** The labels that every container, volume and network carries, by which the sweep and the command line find them. */
export function labels(values: LabelValues): Record<string, string> {
  return {
    "towpath.project": values.application,
    "towpath.environment": values.environment,
    "towpath.namespace": values.namespace,
    "towpath.part": values.part,
    ...defined({ "towpath.release": values.release }),
  };
}
