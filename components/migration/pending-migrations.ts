import type { Application } from "../application/application.ts";
import { commandFrom, isRevision, pendingOf } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { bareVariables } from "../application/variables.ts";
import type { Printed } from "../host/isolated-run.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";

/** A release whose migrations are asked for. */
export interface MigratingRelease {
  application: Application;
  /** The references by digest of the images that will run, by the images' names. */
  images: Readonly<Record<string, string>>;
  /** The newest record of this stack; left out for a first release. */
  last?: ReleaseRecord;
}

/** Runs a command of an image and returns what it prints, without a database or a network. */
export type PrintFromImage = (
  image: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
) => Promise<Printed>;

/** The migrations that a release would apply. */
export interface PendingMigrations {
  /** The revision that the schema is at. */
  readonly from: string;
  /** In their order; at least one. */
  readonly revisions: readonly string[];
  /** Their SQL; left out where the application does not tell how to print it. */
  readonly sql?: Printed;
  /** Prints the SQL of all migrations from the first; nothing where that cannot be printed. */
  readonly history: () => Promise<string>;
}

/**
 * Asks the image with the migrations what it would run on the schema that the last record tells of.
 *
 * @returns undefined where nothing is pending, a text where it is not known
 * @throws InputError for an image that cannot tell what is pending
 */
export async function pendingMigrations(
  { application, images, last }: MigratingRelease,
  print: PrintFromImage,
): Promise<PendingMigrations | string | undefined> {
  const { migrations } = application;
  if (migrations === undefined || last === undefined) return undefined;
  const service = found(application.services, migrations.service);
  const image = found(images, service.image);
  const before = last.images[service.image];
  if (before !== undefined && image.endsWith(`@${before}`)) return undefined;

  if ("atStart" in migrations) return `${migrations.service} runs them by itself at its start`;
  const from = last.schema?.after ?? migrations.base;
  const { pending, sql, base } = migrations;
  if (pending === undefined || from === undefined) {
    return `the application describes no migrations.${pending === undefined ? "pending" : "base"}`;
  }
  const ask = (command: readonly string[], revision: string): Promise<Printed> =>
    print(image, commandFrom(command, revision), bareVariables(service.environment));
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
  if (revisions.length === 0) return undefined;
  return {
    from,
    revisions,
    ...(sql !== undefined && { sql: await ask(sql, from) }),
    history: async () => (sql === undefined || base === undefined ? "" : textOf(await ask(sql, base))),
  };
}

function textOf(answer: Printed): string {
  return "printed" in answer ? answer.printed : "";
}
