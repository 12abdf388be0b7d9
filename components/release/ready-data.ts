import type * as pulumi from "@pulumi/pulumi";
import { byCommands } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { Migration } from "../migration/migration.ts";
import { Seed } from "../migration/seed.ts";
import { runOf } from "./command-surroundings.ts";
import type { ReleaseArgs } from "./release-args.ts";
import { releaseJobsAt } from "./release-jobs.ts";

/** The time that a migration may take where no setting says it, in seconds. */
const migrationTimeoutSeconds = 600;

/** What has to be done with the data before anything of a release starts. */
interface ReadyData {
  readonly migration: Migration | undefined;
  /** The resources to wait for. */
  readonly ready: readonly pulumi.Resource[];
}

/** Migrates the schema, fills a new database where a command is given for that, and runs the jobs that come before a release. */
export function readyData(name: string, args: ReleaseArgs, opts: pulumi.ComponentResourceOptions): ReadyData {
  const migration = migrationOf(name, args, opts);
  const seed = seedOf(name, args, { ...opts, dependsOn: migration ?? [] });
  const data = [migration, seed].filter((step) => step !== undefined);
  return { migration, ready: [...data, ...releaseJobsAt(name, "before-release", args, data, opts)] };
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
  // What the service does by itself later wants a dump before, and no more.
  if ("atStart" in migrations && (!schema.careful || schema.backup === undefined)) return undefined;
  return new Migration(
    `${name}-migration`,
    {
      imageId: found((args.canary ?? args).images, service.image),
      command: byCommands(migrations)?.up ?? [],
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
