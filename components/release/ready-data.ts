import type * as pulumi from "@pulumi/pulumi";
import type { Service } from "../application/application.ts";
import { isReadyMade } from "../application/images.ts";
import { found } from "../application/names.ts";
import { Migration, type RunArgs } from "../migration/migration.ts";
import { Seed } from "../migration/seed.ts";
import { serviceInputs } from "../secrets/service-inputs.ts";
import { limitsOf } from "./boundaries.ts";
import type { ReleaseArgs } from "./release-args.ts";

/** The time that a migration may take where no setting says it, in seconds. */
const migrationTimeoutSeconds = 600;

/** What has to be done with the data before anything of a release starts. */
interface ReadyData {
  readonly migration: Migration | undefined;
  /** The resources to wait for. */
  readonly ready: readonly pulumi.Resource[];
}

/** Migrates the schema, and fills a new database where a command is given for that. */
export function readyData(name: string, args: ReleaseArgs, opts: pulumi.ComponentResourceOptions): ReadyData {
  const migration = migrationOf(name, args, opts);
  const seed = seedOf(name, args, { ...opts, dependsOn: migration ?? [] });
  return { migration, ready: [migration, seed].filter((step) => step !== undefined) };
}

function migrationOf(
  name: string,
  args: ReleaseArgs,
  opts: pulumi.ComponentResourceOptions,
): Migration | undefined {
  const { schema, application } = args;
  const { migrations, services } = application;
  const service = migrations && services[migrations.service];
  if (migrations === undefined || service === undefined) return undefined;
  return new Migration(
    `${name}-migration`,
    {
      imageId: found((args.canary ?? args).images, service.image),
      command: migrations.up,
      timeoutSeconds: schema.careful ? schema.timeoutSeconds : migrationTimeoutSeconds,
      care: schema.careful ? { ...schema, migrations, capabilities: service.capabilities } : schema,
      ...runOf(args, migrations.service),
    },
    opts,
  );
}

function seedOf(name: string, args: ReleaseArgs, opts: pulumi.ComponentResourceOptions): Seed | undefined {
  const { seed, application, images } = args;
  if (seed === undefined) return undefined;
  const service = found(application.services, seed.service);
  return new Seed(
    `${name}-seed`,
    {
      imageId: found(images, service.image),
      command: seed.command,
      capabilities: service.capabilities,
      timeoutSeconds: seed.timeoutSeconds,
      ...runOf(args, seed.service),
    },
    opts,
  );
}

/** The surroundings of a command of a service. A seed has the labels of a migration: neither runs beside the other. */
function runOf(args: ReleaseArgs, serviceName: string): Omit<RunArgs, "timeoutSeconds"> {
  const service = found(args.application.services, serviceName);
  return {
    ...limitsOf(args.boundaries, serviceName),
    host: args.host,
    labels: args.labels("migration"),
    mounts: mountsOf(args, service),
    ...serviceInputs(args, service),
  };
}

/** The source that a service sees as it is in the working tree. */
export function mountsOf({ application }: ReleaseArgs, { image }: Service): Readonly<Record<string, string>> {
  const built = found(application.images, image);
  return isReadyMade(built) ? {} : (built.mounts ?? {});
}
