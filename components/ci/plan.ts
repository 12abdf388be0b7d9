import type { Application } from "../application/application.ts";
import { rehearsal, selectedChecks } from "../application/checks.ts";
import { developmentOf } from "../application/development.ts";
import { byCommands } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { publishedImages } from "../application/running-services.ts";
import { nearest, show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";

/** The plan of one run of `ci`. */
export interface CiPlan {
  /** The checks, those that others wait for first. */
  readonly checks: readonly string[];
  /** True when the migrations are rehearsed. */
  readonly rehearses: boolean;
  /** The images to build as they are released. */
  readonly releaseImages: readonly string[];
  /** The images to build to their development target. */
  readonly developmentImages: readonly string[];
  /** The application with those backing services and buckets that the run needs. */
  readonly application: Application;
}

/**
 * Plans a run: all checks, the rehearsal and every image; with `only`, one check and what it needs.
 *
 * Throws an InputError for a check that the application does not have.
 */
export function ciPlan(application: Application, only?: string): CiPlan {
  const all = checkNames(application);
  if (only !== undefined && !all.includes(only)) throw new InputError([unknownCheck(only, all)]);
  const migrations = byCommands(application.migrations);
  const checks = selectedChecks(application.checks, only);
  const rehearses = migrations !== undefined && (only === undefined || only === rehearsal);

  const released = new Set(only === undefined ? publishedImages(application) : []);
  const developed = new Set<string>();
  const needs = new Set<string>();
  for (const name of checks) {
    const check = found(application.checks, name);
    const { image } = found(application.services, check.service);
    (isDeveloped(application, image) ? developed : released).add(image);
    for (const need of check.needs) needs.add(need);
  }
  if (rehearses) {
    const service = found(application.services, migrations.service);
    released.add(service.image);
    for (const need of service.needs) needs.add(need);
  }
  return {
    checks,
    rehearses,
    releaseImages: [...released],
    developmentImages: [...developed],
    application: withData(application, needs),
  };
}

/** Every name that a run can be asked for. */
export function checkNames({ checks, migrations }: Pick<Application, "checks" | "migrations">): string[] {
  return [...Object.keys(checks), ...(byCommands(migrations) === undefined ? [] : [rehearsal])];
}

/** The database that a check is given; its workers add `_gw0` and so on, which stays within PostgreSQL's 63 bytes. */
export function checkDatabase(database: string, check: string): string {
  return `${database}_${check.replaceAll("-", "_")}`;
}

/** Tells whether checks run in the image's development target. */
export function isDeveloped({ images }: Pick<Application, "images">, image: string): boolean {
  return developmentOf(found(images, image)) !== undefined;
}

/** Says that there is no such check. */
export function unknownCheck(only: string, known: readonly string[]): string {
  const meant = nearest(only, known);
  const fix =
    known.length === 0
      ? "describe it in application.ts"
      : meant === undefined
        ? `known are ${known.join(", ")}`
        : `did you mean "${meant}"`;
  return `--only: the application has no such check, got ${show(only)}; ${fix}`;
}

function withData({ postgres, redis, ...application }: Application, needs: ReadonlySet<string>): Application {
  return {
    ...application,
    ...(postgres !== undefined && needs.has("postgres") && { postgres }),
    ...(redis !== undefined && needs.has("redis") && { redis }),
    buckets: application.buckets.filter((bucket) => needs.has(bucket)),
  };
}
