import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { ReleaseRecord, SchemaChange } from "../plan/release-record.ts";
import { kinds } from "../settings/kinds.ts";
import { dependsOnHistory, destructiveSteps, type DestructiveStep } from "./destructive-steps.ts";
import type { StatementFacts } from "./migration-facts.ts";
import { pendingMigrations, type MigratingRelease, type PrintFromImage } from "./pending-migrations.ts";
import { readMigration } from "./read-migration.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { timed } from "../timing/spans.ts";

/** Arguments of a plan of the migration. */
export interface MigrationPlanArgs extends MigratingRelease {
  environment: ReleasedSettings["environment"];
  /** The revision whose destructive steps are meant. */
  acknowledge?: string;
  /** True when the schema stays, because the images are an earlier release's. */
  stays: boolean;
  /** Hears why the migration is refused, in a plan that makes nothing; left out, a reason ends the run. */
  refuse?: (problem: string) => void;
}

/** The expected effects of a release's migration. */
export interface MigrationPlan {
  /** The revisions that it would apply, in their order. */
  readonly revisions: readonly string[];
  readonly findings: readonly DestructiveStep[];
  /** What each statement of the SQL locks, loses and breaks, as it is read; none where it cannot be. */
  readonly statements: readonly StatementFacts[];
  /** Those of the revisions that may destroy something; all of them, when one does. */
  readonly destructive: readonly string[];
  /** The reason that it is not known what it destroys; left out where it is. */
  readonly unknown?: string;
  /** The facts that a reviewer must know, one line each. */
  readonly warnings: readonly string[];
}

const nothing: MigrationPlan = { revisions: [], findings: [], statements: [], destructive: [], warnings: [] };

/**
 * Plans what the migration of a release would do to the schema that the last record tells of.
 *
 * It looks only when the image with the migrations is another one than before. Throws an InputError for steps that destroy
 * something in production and are not acknowledged, or of which nothing is known, and for an image that cannot tell
 * what is pending.
 */
export async function planMigration(args: MigrationPlanArgs, print: PrintFromImage): Promise<MigrationPlan> {
  const asking = (): ReturnType<typeof pendingMigrations> => pendingMigrations(args, print);
  const pending = args.stays ? undefined : await timed("program", "asking for pending migrations", asking);
  if (pending === undefined) return nothing;
  if (typeof pending === "string") {
    const warning = `migrations: what they will run is not known, for ${pending}`;
    return { ...nothing, unknown: pending, warnings: [warning] };
  }
  const { from, revisions, sql, history } = pending;
  const to = revisions.at(-1) ?? from;
  if (sql === undefined) {
    const unknown = "the application describes no migrations.sql";
    const warning = `migrations: what ${to} destroys is not known, for ${unknown}`;
    return { ...nothing, revisions, unknown, warnings: [warning] };
  }
  if ("problem" in sql) return unreadable(args, { from, to, revisions }, sql.problem);
  const earlier = dependsOnHistory(sql.printed) ? await history() : "";
  const findings = await destructiveSteps(sql.printed, earlier);
  if (findings.length > 0) checkAcknowledged(args, from, to, findings);
  const version = args.application.postgres?.version ?? oldestVersion;
  const read = await readMigration({ sql: sql.printed, history: earlier, version });
  return {
    revisions,
    findings,
    statements: typeof read === "string" ? [] : read,
    destructive: findings.length > 0 ? revisions : [],
    warnings: findings.map((step) => `migrations: from ${from} to ${to} ${inWords(step)}`),
  };
}

/** The oldest version of PostgreSQL that there are still corrections for: advice for it holds for later ones. */
const oldestVersion = 14;

/** Returns the plan of a migration that cannot print its SQL: nothing is known, so a person has to have read it. */
function unreadable(
  { environment, acknowledge, refuse = refused }: MigrationPlanArgs,
  { from, to, revisions }: { from: string; to: string; revisions: readonly string[] },
  problem: string,
): MigrationPlan {
  const unknown = `migrations.sql prints nothing, got ${problem}`;
  const why = `what the migration from ${from} to ${to} takes away is not known, for ${unknown}`;
  const cause = "one that reads rows prints no SQL without a database";
  const { reviewed } = kinds[environment];
  if (reviewed && acknowledge !== to) {
    refuse(
      `towpath:migration.acknowledge: ${why}; read the migration (${cause}), and if it takes nothing away, or is meant to, set towpath:migration to { "acknowledge": "${to}" }`,
    );
  }
  const advice = reviewed ? `${to} is acknowledged` : `read it: production wants ${to} acknowledged`;
  return {
    ...nothing,
    revisions,
    unknown,
    warnings: [`migrations: ${why}; ${cause}; ${advice}`],
  };
}

function refused(problem: string): never {
  throw new InputError([problem]);
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
  { environment, acknowledge, refuse = refused }: MigrationPlanArgs,
  from: string,
  to: string,
  findings: readonly DestructiveStep[],
): void {
  if (!kinds[environment].reviewed || acknowledge === to) return;
  const got = acknowledge === undefined ? "none" : show(acknowledge);
  refuse(
    `towpath:migration.acknowledge: the migration from ${from} to ${to} takes away what cannot come back, or what the release that runs may use; expected an acknowledgement of ${to}, got ${got}; ` +
      `spread it over two releases, or if it is meant, set towpath:migration to { "acknowledge": "${to}" }:` +
      findings.map((step) => `\n  ${inWords(step)}`).join(""),
  );
}

/** Longer statements say no more to a reader of a plan. */
const longestStatement = 200;

function inWords({ reason, statement }: DestructiveStep): string {
  const text = statement.length > longestStatement ? `${statement.slice(0, longestStatement)} …` : statement;
  return `${reason}: ${text}`;
}
