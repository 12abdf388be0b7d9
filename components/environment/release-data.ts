import type * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { releaseJobs, scheduledJobs } from "../application/jobs.ts";
import { ScheduledBackups } from "../backup/scheduled-backups.ts";
import type { BackupStorage } from "../backup/storage.ts";
import type { BackingServices } from "../data/backing-services.ts";
import { Backups } from "../data/backups.ts";
import { defined } from "../input/defined.ts";
import { ScheduledJobs } from "../job/scheduled-jobs.ts";
import type { Tracks } from "../plan/canary.ts";
import { schemaStays, type ReleasePlan } from "../plan/read-and-plan.ts";
import type { ReleaseArgs, SchemaArgs } from "../release/release-args.ts";
import type { Release } from "../release/release.ts";
import { jobsAtTimes } from "../release/release-jobs.ts";
import { kinds } from "../settings/kinds.ts";
import { limitsFor, ownLimitsFor, type Limits } from "../settings/limits.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { nameOf } from "../settings/settings.ts";
import type { Place } from "./place.ts";

/** Returns the command that fills a preview's new database, where there is one. */
export function seedOf(settings: ReleasedSettings): Pick<ReleaseArgs, "seed"> {
  return "data" in settings && settings.data.kind === "seed" ? { seed: settings.data } : {};
}

/**
 * Returns the limits of backing services: those that are named have some, and in previews all have. These share their host, and
 * only what has a limit can be summed up.
 */
export function serverLimits({
  environment,
  limits,
}: ReleasedSettings): (server: string) => Limits | undefined {
  return (server) => (environment === "preview" ? limitsFor(limits, server) : ownLimitsFor(limits, server));
}

/**
 * Makes the volume for dumps where the database is dumped, and what takes them at the times that the settings ask for; of
 * an external database, those before migrations alone.
 *
 * @returns the volume's name
 */
export function backupsOf(
  name: string,
  {
    settings,
    backupStorage: storage,
  }: { readonly settings: ReleasedSettings; readonly backupStorage?: BackupStorage },
  {
    place,
    data: { database, databases: server, volumes },
  }: { readonly place: Place; readonly data: BackingServices },
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> | undefined {
  if (!kinds[settings.environment].backups || database === undefined) return undefined;
  const { names, host, labels } = place;
  const { volumeName } = new Backups(`${name}-backups`, { names, host, labels: labels("backups") }, opts);
  if ("backup" in settings && server !== undefined) {
    const scheduled = {
      ...{ ...place, settings: settings.backup, server, volume: volumeName, volumes },
      ...defined({ storage }),
    };
    new ScheduledBackups(`${name}-scheduled-backups`, scheduled, opts);
  }
  return volumeName;
}

/** Starts what runs jobs at the times of their schedules, where there are some: once users are on the release. */
export function runJobs(
  name: string,
  { settings }: { readonly settings: ReleasedSettings },
  { application, place, release }: { application: Application; place: Place; release: Release },
  opts: pulumi.ComponentResourceOptions,
): void {
  if (!kinds[settings.environment].schedules) return;
  const jobs = scheduledJobs(application, settings.environment);
  if (Object.keys(jobs).length === 0) return;
  const { services } = application;
  const { containers: copies } = release;
  const graceSeconds = settings.drainSeconds;
  new ScheduledJobs(`${name}-scheduled-jobs`, { ...place, jobs, services, copies, graceSeconds }, opts);
}

/**
 * Returns the jobs that run once for a release. An earlier release that comes back runs none: they ran for it then. Those
 * after a release wait until a canary is for all.
 */
export function releaseJobsOf(
  application: Application,
  { settings, plan }: { readonly settings: ReleasedSettings; readonly plan: ReleasePlan },
  { completes, canary }: Tracks,
): Pick<ReleaseArgs, "jobs"> {
  const { environment } = settings;
  const isNew = !schemaStays(plan);
  return jobsAtTimes({
    "before-release": {
      jobs: releaseJobs(application, environment, "before-release"),
      release: plan.id,
      isDue: isNew && (completes || canary !== undefined),
    },
    "after-release": {
      jobs: releaseJobs(application, environment, "after-release"),
      release: completes ? plan.id : (plan.current ?? plan).id,
      isDue: isNew && completes,
    },
    again: `npm run pulumi -- up --stack ${nameOf(settings)}`,
  });
}

/** Returns the arguments of the migration: with a dump in production, before it or before each release; an earlier release does not migrate. */
export function schemaArgs(
  { settings, plan }: { readonly settings: ReleasedSettings; readonly plan: ReleasePlan },
  { database }: BackingServices,
  { completes, canary }: Tracks,
  volume: pulumi.Output<string> | undefined,
): SchemaArgs {
  if (database === undefined) return { careful: false };
  const { current, downgrade, goneBackFrom: from } = plan;
  const at = current?.schema?.after;
  const rollback = defined({ at, downgrade, from });
  const always = "backup" in settings && settings.backup.before === "releases" && { always: true as const };
  return {
    careful: true,
    ...settings.migration,
    server: database.server,
    database: database.name,
    ...(volume !== undefined && { backup: { volume, release: plan.id, ...always } }),
    // A canary that is dropped leaves its schema behind, too.
    ...((schemaStays(plan) || (!completes && canary === undefined)) && { rollback }),
  };
}
