import { parseApplication } from "../../components/application/parse.ts";
import { publishedImages } from "../../components/application/running-services.ts";
import type { Application } from "../../components/application/application.ts";
import { dockerView } from "../../components/host/docker-view.ts";
import { limitsFromSettings } from "../../components/host/run-limits.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { referencesOf } from "../../components/image/registry.ts";
import { dependsOnHistory } from "../../components/migration/destructive-steps.ts";
import { printingOn } from "../../components/migration/look-at-data.ts";
import { measuredFacts, measuredOnInWords } from "../../components/migration/measured-facts.ts";
import type { Finding, MigrationFacts, StatementFacts } from "../../components/migration/migration-facts.ts";
import { pendingMigrations, type PendingMigrations } from "../../components/migration/pending-migrations.ts";
import { readMigration } from "../../components/migration/read-migration.ts";
import { defined } from "../../components/input/defined.ts";
import { environmentRegistry, registryAccount } from "../../components/plan/environment-registry.ts";
import { checkedOutCommit } from "../../components/plan/git-facts.ts";
import type { ReleaseRecord } from "../../components/plan/release-record.ts";
import type { ReleasedSettings } from "../../components/settings/released-settings.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { callFor } from "../stack/call.ts";
import { schemaIn, sizesIn, withLostRows } from "../stack/database-facts.ts";
import { hostsOfStack, openHost, type StackHosts } from "../stack/hosts.ts";
import { measuredMigrations } from "../stack/measured-migrations.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import { releasedDatabase } from "../stack/released-database.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The migrations that are asked for. */
export interface AskedMigrations {
  readonly stack: string;
  /** The published commit; left out, the one that is checked out. */
  readonly commit?: string | undefined;
}

/** The result of `towpath migrations`. */
export interface Migrations {
  readonly stack: string;
  readonly commit: string;
  /** The revisions that are pending, in their order. */
  readonly revisions: readonly string[];
  readonly facts: MigrationFacts;
  /** The reason that it is not known what they do; left out where it is. */
  readonly unknown?: string;
}

/**
 * Finds what the migrations of a published commit would do to a stack's database: read from their SQL, with the schema and the
 * sizes that are there, and measured on a scratch server with that schema. Changes nothing.
 *
 * @throws Problem when there is nothing to compare with, or nothing could be read or measured
 */
export async function migrations(
  { stack, commit: given }: AskedMigrations,
  progress: Progress,
  project: Project,
): Promise<Migrations> {
  checkKeepsRecords(stack);
  const application = parseApplication(project.application);
  if (application.migrations === undefined) throw new Problem(noMigrations(application.name));
  const call = await callFor("refresh", stack, progress, project);
  const [current] = await readRecords(call, run);
  if (current === undefined) throw new Problem(noRelease(stack));
  const connection = await openHost(call, run, progress);
  const hosts = await hostsOfStack(call, run);
  const commit = given ?? (await checkedOut());
  const step = progress.step(`reading the migrations of ${commit.slice(0, 12)}`);
  try {
    const images = await imagesOf(application, hosts, commit);
    const found = await pendingIn(images, { application, hosts, current, connection });
    if (found === undefined) return { stack, commit, revisions: [], facts: { statements: [] } };
    if (typeof found === "string") return unknown({ stack, commit, revisions: [] }, found);
    const { revisions } = found;
    const history = needsHistory(found) ? await found.history() : "";
    step.done();
    const pending = { revisions, sql: found.sql, history, images };
    const facts = await factsOf(pending, { application, hosts, call, current, connection }, progress);
    return { stack, commit, revisions, facts };
  } finally {
    step.done();
  }
}

/** The database that migrations would run on, and the release that runs there. */
interface MigratedStack {
  readonly application: Application;
  readonly hosts: StackHosts;
  readonly call: PulumiCall;
  readonly current: ReleaseRecord;
  readonly connection: HostConnection;
}

/** Pending migrations with all that their images say of them. */
interface Pending extends Pick<PendingMigrations, "revisions"> {
  readonly sql: PendingMigrations["sql"] | undefined;
  readonly history: string;
  readonly images: Readonly<Record<string, string>>;
}

async function factsOf(
  { revisions, sql, history, images }: Pending,
  { application, hosts, call, current, connection }: MigratedStack,
  progress: Progress,
): Promise<MigrationFacts> {
  const settings = hosts.settings as ReleasedSettings;
  const database = { connection, ...(await releasedDatabase(application, settings, connection)) };
  const [schema, sizes] = [await schemaIn(database), await sizesIn(database)];
  const version = application.postgres?.version ?? 0;
  const printed = sql !== undefined && "printed" in sql ? sql.printed : undefined;
  const read =
    printed === undefined
      ? [asWhole(revisions, sql !== undefined && "problem" in sql ? sql.problem : "nothing asked for")]
      : await readMigration({ sql: printed, history, schema, sizes, version });
  if (typeof read === "string")
    throw new Problem(`migrations.sql: expected SQL that can be read, got ${read}`);
  const measured = await measuredMigrations(
    {
      ...{ application, settings, schema, images, current },
      ...defined({ sql: printed }),
      account: registryAccount({ settings, credential: hosts.credential }),
    },
    call,
    progress,
  );
  return measuredFacts(await withLostRows(database, sizes, read), measured);
}

/** Migrations that print no SQL: what they do shows only when they are tried. */
function asWhole(revisions: readonly string[], problem: string): StatementFacts {
  const words = `prints no SQL (${problem}): what it does is not known but for what was measured`;
  return {
    ...{ revision: revisions.join(", "), statement: revisions.join(", "), locks: [] },
    findings: [{ hazard: "unreadable", kind: "unknown", words }],
  };
}

/** The references by digest of a commit's images. Throws a Problem where it has none. */
async function imagesOf(
  application: Application,
  { settings: given, credential }: StackHosts,
  commit: string,
): Promise<Readonly<Record<string, string>>> {
  const settings = given as ReleasedSettings;
  const registry = environmentRegistry({ settings, credential });
  const digests = await Promise.all(
    publishedImages(application).map(async (name) => [name, await registry.digestOf(name, commit)] as const),
  );
  const lacking = digests.filter(([, digest]) => digest === undefined).map(([name]) => name);
  if (lacking.length > 0) throw new Problem(notPublished(commit, lacking));
  return referencesOf(settings.registry, Object.fromEntries(digests) as Record<string, string>);
}

/** Asks images what is pending; a text where it is not known. */
function pendingIn(
  images: Readonly<Record<string, string>>,
  { application, hosts, current, connection }: Omit<MigratedStack, "call">,
): ReturnType<typeof pendingMigrations> {
  const settings = hosts.settings as ReleasedSettings;
  const view = dockerView(connection, registryAccount({ settings, credential: hosts.credential }));
  return pendingMigrations(
    { application, images, last: current },
    printingOn(view, limitsFromSettings(settings.limits)),
  );
}

/** Tells whether earlier SQL can change what is read of this. */
function needsHistory({ sql }: PendingMigrations): boolean {
  return sql !== undefined && "printed" in sql && dependsOnHistory(sql.printed);
}

function unknown(asked: Pick<Migrations, "stack" | "commit" | "revisions">, why: string): Migrations {
  return { ...asked, facts: { statements: [] }, unknown: why };
}

async function checkedOut(): Promise<string> {
  const answer = await checkedOutCommit();
  if ("commit" in answer) return answer.commit;
  throw new Problem(
    `--commit: expected a commit that is checked out, got ${JSON.stringify(answer.problem)}; name a published one`,
  );
}

/** Says that the application changes no schema. */
export function noMigrations(application: string): string {
  return `migrations: expected an application with migrations, got ${application} without; describe them in application.ts`;
}

/** Says that a stack has no schema yet. */
export function noRelease(stack: string): string {
  return `migrations: expected a release of ${stack}, got none; release one first with npm run pulumi -- up --stack ${stack}`;
}

/** Says that a commit has no images. */
export function notPublished(commit: string, images: readonly string[]): string {
  return `--commit: expected a published commit, got ${commit} without the images ${images.join(", ")}; publish it with npm run ci -- --publish`;
}

/** Tells whether nobody has to be warned of the migrations. */
export function isHarmless({ facts, unknown: why }: Migrations): boolean {
  const { statements, oldRelease } = facts;
  const alarms = statements.flatMap(({ findings }) => findings.filter(({ kind }) => kind !== "note"));
  return why === undefined && alarms.length === 0 && oldRelease?.lives !== false;
}

/** The statements as a table, what is found of them, and whether the release that runs lives on the result. */
export function migrationsInWords({ stack, commit, revisions, facts, unknown: why }: Migrations): string {
  const short = commit.slice(0, 12);
  if (why !== undefined) return `${stack}: what the migrations of ${short} do is not known, for ${why}`;
  if (revisions.length === 0) return `${stack}: ${short} brings no migrations`;
  const told = facts.statements.filter(
    ({ locks, findings, measured }) => locks.length + findings.length + (measured?.locks.length ?? 0) > 0,
  );
  const findings = told.flatMap(({ findings: some }, index) => some.map((one) => inWords(one, index + 1)));
  const { on, oldRelease, untried } = facts;
  const lives = oldRelease?.words ?? untried;
  return [
    `${stack}: ${short} brings ${revisions.join(", ")}`,
    ...(on === undefined ? [] : [measuredOnInWords(on)]),
    ...(told.length === 0
      ? []
      : ["", columns([["", "statement", "locks", "took", "log"], ...told.map(row)])]),
    ...(findings.length === 0 ? [] : ["", ...findings]),
    ...(lives === undefined ? [] : ["", lives]),
  ].join("\n");
}

/** Longer statements say no more in a table. */
const longestStatement = 60;

function row({ statement, locks, measured }: StatementFacts, index: number): string[] {
  const text = statement.length > longestStatement ? `${statement.slice(0, longestStatement)} …` : statement;
  const held = new Map(measured?.locks.map((lock) => [lock.relation, lock]));
  const read = locks
    .filter(({ relation }) => !held.has(relation))
    .map(({ relation, mode, work }) => `${relation}: ${mode}${work === "brief" ? ", briefly" : `, ${work}`}`);
  const seen = [...held.values()].map(
    ({ relation, mode, milliseconds }) => `${relation}: ${mode}, ${milliseconds} ms`,
  );
  return [
    String(index + 1),
    text,
    [...seen, ...read].join("; "),
    measured === undefined ? "" : `${measured.milliseconds} ms`,
    measured?.walBytes === undefined ? "" : `${Math.ceil(measured.walBytes / 1024)} kB`,
  ];
}

function inWords({ kind, words, fix, rows }: Finding, number: number): string {
  const count =
    rows === undefined
      ? ""
      : ` (${rows.exact ? "" : "about "}${rows.rows.toLocaleString("en-US")} rows there)`;
  return `${number} ${kind}: ${words}${count}${fix === undefined ? "" : `\n    instead: ${fix}`}`;
}
