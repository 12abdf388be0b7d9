import { z } from "zod";

import { expected, expectedUnshown } from "../input/input-checks.ts";
import { secretName } from "./secret-name.ts";

const externalWords = expectedUnshown(
  "the secret with the URL of a server",
  'write { "external": { "url": "DATABASE_URL" } }',
);

/** The backing services that a server of one's own can take the place of. */
export const externalServices = ["postgres", "redis", "objectStorage"] as const;

export type ExternalService = (typeof externalServices)[number];

/** The schema of a backing service that is not Towpath's: the secret that holds its URL. */
export const externalService = z
  .strictObject(
    {
      url: secretName("DATABASE_URL", "the URL").describe(
        "The name of the secret that holds its URL, with user and password; `towpath:secrets` says where the value comes from, `configuration` where it does not.",
      ),
    },
    externalWords,
  )
  .meta({
    id: "ExternalService",
    description: "A server that is there already, such as a managed one, in the place of Towpath's own.",
  });

/** Returns the schema of the setting that lets an external server take a backing service's place. */
export function externally(id: string, title: string) {
  return z
    .strictObject(
      {
        external: externalService.describe(`The ${title} that is used; Towpath makes none then.`),
      },
      externalWords,
    )
    .meta({ id, description: `A ${title} that is there already.` })
    .exactOptional()
    .describe(`Where ${title} is, if it is not a server of Towpath's own; left out, it is one.`);
}

const bucketWords = expected(
  "the name of a bucket, of 3 to 63 small letters, digits, dots and hyphens",
  "write it as it is called there",
);

/** The schema of a bucket's name on a storage that is there already. */
export const bucketName = z.string(bucketWords).regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, bucketWords);

/** The setting that lets an external S3 storage take the place of Towpath's own, with the names of its buckets. */
export const externalStorage = z
  .strictObject(
    {
      external: externalService.describe("The S3 storage that is used; Towpath makes none then."),
      buckets: z
        .record(z.string(), bucketName)
        .default({})
        .describe(
          "The names of buckets there, by their names in `application.ts`; `<namespace>-<bucket>` for the others.",
        ),
    },
    externalWords,
  )
  .meta({ id: "ObjectStorageSettings", description: "An S3 storage that is there already, and its buckets." })
  .exactOptional()
  .describe("Where buckets are, if not on a server of Towpath's own; left out, they are on one.");

export type ExternalSettings = Exclude<z.output<ReturnType<typeof externally>>, undefined>;

/** The secret that holds the URL of an external server. */
export interface ExternalUrl {
  readonly service: ExternalService;
  /** The setting that names the secret. */
  readonly place: string;
  readonly secret: string;
}

/** The secret with the URL of an external server; undefined where that backing service is Towpath's own. */
export function externalUrl(settings: object, service: ExternalService): ExternalUrl | undefined {
  const { [service]: set } = settings as Partial<Record<ExternalService, ExternalSettings>>;
  return set && { service, place: `towpath:${service}.external.url`, secret: set.external.url };
}

/** The secrets with the URLs of all external servers. */
export function externalUrls(settings: object): ExternalUrl[] {
  return externalServices.flatMap((service) => externalUrl(settings, service) ?? []);
}

/** Tells whether an application's database is on a server of Towpath's own. */
export function hasOwnDatabase({ postgres }: { readonly postgres?: unknown }, settings: object): boolean {
  return postgres !== undefined && externalUrl(settings, "postgres") === undefined;
}

/** The backing services that are servers elsewhere; undefined where none is. */
export function externalOf(settings: object): readonly ExternalService[] | undefined {
  const services = externalUrls(settings).map(({ service }) => service);
  return services.length === 0 ? undefined : services;
}
