import type { Application, Migrations, MigrationsAtStart } from "../application/application.ts";
import { byCommands } from "../application/migrations.ts";
import { found } from "../application/names.ts";
import { referencesOf } from "../image/registry.ts";
import { InputError } from "../input/input-error.ts";
import type { RegistrySettings } from "../settings/registry.ts";
import type { PlannedRelease } from "./decide.ts";
import type { ReleaseRecord } from "./release-record.ts";
import {
  needsDowngrade,
  hasWayDown,
  noWayDown,
  rollbackSchema,
  unknownSchema,
  type GoneBackFrom,
  type WithWayDown,
} from "./rollback-schema.ts";

/** The answers about the schema from the person who goes back. */
export interface SchemaAnswers {
  /** It goes down to the revision of the earlier release. */
  readonly downgrade: boolean;
  /** The earlier release gets along with it as it is. */
  readonly accepted: boolean;
}

/** The effect on the schema of a run that goes back. */
export interface SchemaPlan {
  /** True when the migrations of the earlier release leave it alone. */
  readonly rollback: boolean;
  /** The revision to bring it down to, by the migrations of the image that runs now. */
  readonly downgrade?: { readonly to: string; readonly image: string; readonly migrations: WithWayDown };
}

/** The part of a release's description that its migrations need. */
interface Running {
  readonly services: Readonly<Record<string, { readonly image: string }>>;
  readonly migrations?: Migrations | MigrationsAtStart;
}

/** Returns what a rollback does to the schema. Throws an InputError when it cannot be done safely. */
export function schemaOfRollback(
  application: Application,
  registry: RegistrySettings,
  records: readonly ReleaseRecord[],
  { id, current }: PlannedRelease,
  { downgrade, accepted }: SchemaAnswers,
): SchemaPlan {
  // The release that runs knows the way down: by its own commands, where its record keeps them.
  const running: Running = current?.description ?? application;
  const { migrations } = running;
  const schema = rollbackSchema(records, id, migrations);
  if (schema === undefined || current === undefined || migrations === undefined) return { rollback: true };
  if (schema.kind === "forward") return { rollback: false };
  if (downgrade && !hasWayDown(migrations)) throw new InputError([`TOWPATH_ROLLBACK: ${noWayDown}`]);
  if (schema.kind === "downgrade" && !downgrade)
    throw new InputError([`TOWPATH_ROLLBACK: ${needsDowngrade(id, schema)}`]);
  const to = records.find((record) => record.id === id)?.schema?.after;
  if (schema.kind === "unknown" && !accepted && (!downgrade || to === undefined))
    throw new InputError([`TOWPATH_ROLLBACK: ${unknownSchema(id, schema)}`]);
  if (!downgrade || !hasWayDown(migrations) || schema.kind === "same" || to === undefined)
    return { rollback: true };
  const image = migratingImage(running, migrations, registry, current);
  return { rollback: true, downgrade: { to, image, migrations } };
}

/** The release that was gone back from, in this run or before; undefined where there is none, or none with migrations. */
export function goneBackFrom(
  application: Application,
  registry: RegistrySettings,
  records: readonly ReleaseRecord[],
  rollbackOf: string | undefined,
  whether: GoneBackFrom["whether"],
): GoneBackFrom | undefined {
  const record = records.find(({ id }) => id === rollbackOf);
  const running: Running = record?.description ?? application;
  const migrations = byCommands(running.migrations);
  if (record === undefined || migrations === undefined) return undefined;
  const image = migratingImage(running, migrations, registry, record);
  return { record: record.id, image, migrations, whether };
}

function migratingImage(
  { services }: Running,
  { service }: Migrations,
  registry: RegistrySettings,
  { images }: Pick<ReleaseRecord, "images">,
): string {
  return found(referencesOf(registry, images), found(services, service).image);
}
