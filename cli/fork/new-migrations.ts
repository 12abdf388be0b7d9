import type { PlannedMigration } from "../../components/environment/plan-facts.ts";
import { readMigration } from "../../components/migration/read-migration.ts";
import { statementsOf } from "../../components/migration/sql-statements.ts";

/** The SQL of all migrations, from the first to the last. */
export interface ForkSql {
  /** As the build of the fork's commit printed it, which nobody has to believe; left out while it is not there. */
  readonly ofFork?: string;
  /** As the build of what staging runs printed it; empty where staging runs nothing, left out where nobody kept it. */
  readonly ofStaging?: string;
}

/**
 * Reads from SQL what the migrations of a fork would do to staging: those that staging's own do not begin with.
 *
 * Nothing is run. What the fork's build printed is text of others, which is parsed and shown.
 */
export async function newMigrations(
  { ofFork, ofStaging }: ForkSql,
  version: number,
): Promise<PlannedMigration> {
  if (ofFork === undefined) return unknown("they are read once the images of this commit are built");
  if (ofStaging === undefined)
    return unknown(
      "the SQL of staging's own migrations is not kept; it is from the next release to staging on",
    );
  const [all, before] = [await statementsOf(ofFork), await statementsOf(ofStaging)];
  if (typeof all === "string" || typeof before === "string") return unknown("their SQL cannot be read");
  const applied = before.filter(({ text }) => !isEnd(text)).map(({ text }) => text);
  if (applied.some((text, at) => all[at]?.text !== text))
    return unknown("they are not staging's own and more after those: what staging has already is changed");
  const added = all.slice(applied.length).filter(({ text }) => !isFrame(text));
  if (added.length === 0) return { revisions: [], facts: { statements: [] } };
  const sql = added.map(({ source }) => source.replace(/;?\s*$/, ";")).join("\n");
  const statements = await readMigration({ sql, history: ofStaging, version });
  if (typeof statements === "string") return unknown("their SQL cannot be read");
  return { revisions: [], facts: { statements } };
}

function unknown(why: string): PlannedMigration {
  return { revisions: [], facts: { statements: [] }, unknown: why };
}

/** Tells whether a statement ends a transaction: what is printed up to a revision ends with one, and goes on without. */
function isEnd(text: string): boolean {
  return /^(?:COMMIT|END)\b/i.test(text);
}

/** Tells whether a statement only begins or ends a transaction. */
function isFrame(text: string): boolean {
  return isEnd(text) || /^(?:BEGIN|START TRANSACTION)\b/i.test(text);
}
