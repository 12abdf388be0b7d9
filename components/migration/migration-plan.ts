import type { Application } from "../application/application.ts";
import { commandFrom, isRevision, pendingOf } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { ReleaseRecord, SchemaChange } from "../plan/release-record.ts";
import { kinds } from "../settings/kinds.ts";
import { dependsOnHistory, destructiveSteps, type DestructiveStep } from "./destructive-steps.ts";
import type { Printed } from "../host/isolated-run.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/** Arguments of a plan of the migration. */
export interface MigrationPlanArgs {
  application: Application;
  environment: ReleasedSettings["environment"];
  /** The revision whose destructive steps are meant. */
  acknowledge?: string;
  /** The references by digest of the images that will run, by the images' names. */
  images: Readonly<Record<string, string>>;
  /** The newest record of this stack; left out for a first release. */
  last?: ReleaseRecord;
  /** True when the schema stays, because the images are an earlier release's. */
  stays: boolean;
}

/** Runs a command of an image and returns what it prints, without a database or a network. */
export type PrintFromImage = (
  image: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
) => Promise<Printed>;

/** The expected effects of a release's migration. */
export interface MigrationPlan {
  /** The revisions that it would apply, in their order. */
  readonly revisions: readonly string[];
  readonly findings: readonly DestructiveStep[];
  /** Those of the revisions that may destroy something; all of them, when one does. */
  readonly destructive: readonly string[];
  /** The reason that it is not known what it destroys; left out where it is. */
  readonly unknown?: string;
  /** The facts that a reviewer must know, one line each. */
  readonly warnings: readonly string[];
}

const nothing: MigrationPlan = { revisions: [], findings: [], destructive: [], warnings: [] };

/**
 * Plans what the migration of a release would do to the schema that the last record tells of.
 *
 * It looks only when the image with the migrations is another one than before. Throws an InputError for steps that destroy
 * something in production and are not acknowledged, or of which nothing is known, and for an image that cannot tell
 * what is pending.
 */
export async function planMigration(args: MigrationPlanArgs, print: PrintFromImage): Promise<MigrationPlan> {
  const { application, images, last, stays } = args;
  const { migrations } = application;
  if (migrations === undefined || last === undefined || stays) return nothing;
  const service = found(application.services, migrations.service);
  const image = found(images, service.image);
  const before = last.images[service.image];
  if (before !== undefined && image.endsWith(`@${before}`)) return nothing;

  const from = last.schema?.after ?? migrations.base;
  const { pending, sql, base } = migrations;
  if (pending === undefined || from === undefined) {
    const unknown = `the application describes no migrations.${pending === undefined ? "pending" : "base"}`;
    const warning = `migrations: what they will run is not known, for ${unknown}`;
    return { ...nothing, unknown, warnings: [warning] };
  }
  const ask = (command: readonly string[], revision: string): Promise<Printed> =>
    print(image, commandFrom(command, revision), service.environment);
  const listed = await ask(pending, from);
  if ("problem" in listed) {
    throw new InputError([
      `migrations.pending: the new image has to tell what it would run on a schema at ${from}, got ${listed.problem}; release an image whose migrations know that revision, and name a command that needs no database, network or secret (ci tries it)`,
    ]);
  }
  const revisions = pendingOf(listed.printed);
  const wrong = revisions.find((revision) => !isRevision(revision));
  if (wrong !== undefined) {
    throw new InputError([
      `migrations.pending: expected one revision a line, of letters, digits, "_", "." and "-", got ${show(wrong)}; name a command that prints nothing else`,
    ]);
  }
  const to = revisions.at(-1);
  if (to === undefined) return nothing;
  if (sql === undefined) {
    const unknown = "the application describes no migrations.sql";
    const warning = `migrations: what ${to} destroys is not known, for ${unknown}`;
    return { ...nothing, revisions, unknown, warnings: [warning] };
  }
  const statements = await ask(sql, from);
  if ("problem" in statements) return unreadable(args, { from, to, revisions }, statements.problem);
  const findings = await destructiveSteps(
    statements.printed,
    base !== undefined && dependsOnHistory(statements.printed) ? textOf(await ask(sql, base)) : "",
  );
  if (findings.length > 0) checkAcknowledged(args, from, to, findings);
  return {
    revisions,
    findings,
    destructive: findings.length > 0 ? revisions : [],
    warnings: findings.map((step) => `migrations: from ${from} to ${to} ${inWords(step)}`),
  };
}

/** Returns the plan of a migration that cannot print its SQL: nothing is known, so a person has to have read it. */
function unreadable(
  { environment, acknowledge }: MigrationPlanArgs,
  { from, to, revisions }: { from: string; to: string; revisions: readonly string[] },
  problem: string,
): MigrationPlan {
  const unknown = `migrations.sql prints nothing, got ${problem}`;
  const why = `what the migration from ${from} to ${to} takes away is not known, for ${unknown}`;
  const cause = "one that reads rows prints no SQL without a database";
  const { reviewed } = kinds[environment];
  if (reviewed && acknowledge !== to) {
    throw new InputError([
      `towpath:migration.acknowledge: ${why}; read the migration (${cause}), and if it takes nothing away, or is meant to, set towpath:migration to { "acknowledge": "${to}" }`,
    ]);
  }
  const advice = reviewed ? `${to} is acknowledged` : `read it: production wants ${to} acknowledged`;
  return {
    ...nothing,
    revisions,
    unknown,
    warnings: [`migrations: ${why}; ${cause}; ${advice}`],
  };
}

function textOf(answer: Printed): string {
  return "printed" in answer ? answer.printed : "";
}

/**
 * Returns the change of the schema since the last record, as this release's record keeps it.
 *
 * It is not only what this run applied: a run before it may have migrated, failed after that, and left no record.
 */
export function schemaSince(
  last: ReleaseRecord | undefined,
  made: SchemaChange,
  { revisions, destructive, unknown }: Pick<MigrationPlan, "revisions" | "destructive" | "unknown">,
): SchemaChange {
  const before = last?.schema?.after;
  const { after } = made;
  // There is no earlier release that could miss anything.
  if (last === undefined || after === undefined || after === before) return made;
  const since = { ...defined({ before }), after };
  if (revisions.at(-1) === after) {
    return { ...since, applied: revisions, ...(unknown === undefined ? { destructive } : { unknown }) };
  }
  const way = `no plan led from ${before ?? "no revision"} to ${after}`;
  return { ...since, applied: made.applied, unknown: unknown ?? way };
}

function checkAcknowledged(
  { environment, acknowledge }: MigrationPlanArgs,
  from: string,
  to: string,
  findings: readonly DestructiveStep[],
): void {
  if (!kinds[environment].reviewed || acknowledge === to) return;
  const got = acknowledge === undefined ? "none" : show(acknowledge);
  throw new InputError([
    `towpath:migration.acknowledge: the migration from ${from} to ${to} takes away what cannot come back, or what the release that runs may use; expected an acknowledgement of ${to}, got ${got}; ` +
      `spread it over two releases, or if it is meant, set towpath:migration to { "acknowledge": "${to}" }:` +
      findings.map((step) => `\n  ${inWords(step)}`).join(""),
  ]);
}

/** Longer statements say no more to a reader of a plan. */
const longestStatement = 200;

function inWords({ reason, statement }: DestructiveStep): string {
  const text = statement.length > longestStatement ? `${statement.slice(0, longestStatement)} …` : statement;
  return `${reason}: ${text}`;
}
