import type { Application } from "../../components/application/application.ts";
import { defined } from "../../components/input/defined.ts";
import { changedParts, onDataOf } from "../../components/plan/release-description.ts";
import { leftReleases, type ReleaseRecord } from "../../components/plan/release-record.ts";
import {
  hasWayDown,
  needsDowngrade,
  noWayDown,
  rollbackSchema,
  unknownSchema,
  type RollbackSchema,
} from "../../components/plan/rollback-schema.ts";
import { Problem } from "../problem.ts";
import { columns } from "../terminal/table.ts";

/** The effects of going back to a release. */
export interface RollbackPlan {
  readonly stack: string;
  /** The ids of what runs, and of what will. */
  readonly from: string;
  readonly to: string;
  readonly commit?: string;
  /** The time and the maker of the release that is gone back to. */
  readonly releasedAt: string;
  readonly releasedBy: string;
  /** The images' digests, by the images' names. */
  readonly images: Readonly<Record<string, { readonly from: string; readonly to: string }>>;
  /**
   * The parts of the description that change with it, such as `services.api`; left out where its record does not keep the
   * description, and the present one is used.
   */
  readonly descriptionChanged?: readonly string[];
  /** True when the settings differ from those of then; the present ones are used. */
  readonly settingsChanged: boolean;
  /** The secrets whose values are others than then; the present ones are used. */
  readonly secretsChanged: readonly string[];
  readonly schema: RollbackSchema;
  /** True when the migrations go down to the release's revision first. */
  readonly downgrade: boolean;
}

/** The options of a rollback. */
export interface RollbackRequest {
  readonly stack: string;
  /** The id of a release; left out, the last one that was not gone back from. */
  readonly release?: string | undefined;
  readonly withDowngrade: boolean;
  /** True when the person has seen that the release gets along with the schema, which the records do not show. */
  readonly acceptUnknownSchema: boolean;
}

/** Decides what a rollback does. Throws a Problem with the reason when it cannot be done safely. */
export function planRollback(
  records: readonly ReleaseRecord[],
  { stack, release, withDowngrade, acceptUnknownSchema }: RollbackRequest,
  migrations: Application["migrations"],
): RollbackPlan {
  const [current] = records;
  if (current === undefined)
    throw new Problem(`rollback: expected a release of ${stack}, got none; release one first`);
  const id = release ?? lastGood(records);
  const target = records.find((record) => record.id === id);
  if (target === undefined || id === current.id) throw new Problem(noSuchRelease(stack, records, id));
  const schema = rollbackSchema(records, target.id, migrations);
  if (schema === undefined) throw new Error("rollback: a record that is not there");
  if (withDowngrade && schema.kind !== "forward" && migrations !== undefined && !hasWayDown(migrations))
    throw new Problem(`rollback: ${noWayDown}`);
  const goesDown = withDowngrade && target.schema?.after !== undefined;
  if (schema.kind === "unknown" && !goesDown && !acceptUnknownSchema) {
    throw new Problem(`rollback: ${unknownSchema(target.id, schema)}`);
  }
  if (schema.kind === "downgrade" && !withDowngrade) {
    throw new Problem(`rollback: ${needsDowngrade(target.id, schema)}`);
  }
  const names = [...new Set([...Object.keys(current.images), ...Object.keys(target.images)])];
  const secrets = [
    ...new Set([...Object.keys(current.secretVersions), ...Object.keys(target.secretVersions)]),
  ];
  return {
    stack,
    from: current.id,
    to: target.id,
    ...defined({ commit: target.commit }),
    releasedAt: target.endedAt,
    releasedBy: target.by,
    images: Object.fromEntries(
      names.map((name) => [
        name,
        { from: current.images[name] ?? "none", to: target.images[name] ?? "none" },
      ]),
    ),
    ...(target.description !== undefined && {
      descriptionChanged: changedParts(
        current.description ?? { services: {} },
        onDataOf(target.description, current.description ?? { services: {} }),
      ),
    }),
    settingsChanged: current.settingsHash !== target.settingsHash,
    secretsChanged: secrets
      .filter((name) => current.secretVersions[name] !== target.secretVersions[name])
      .sort(),
    schema,
    downgrade: goesDown && ["downgrade", "compatible", "unknown"].includes(schema.kind),
  };
}

/** The last release that was neither gone back from nor runs now. */
function lastGood(records: readonly ReleaseRecord[]): string | undefined {
  const left = leftReleases(records);
  return records.find(({ id }) => id !== records[0]?.id && !left.has(id))?.id;
}

function noSuchRelease(stack: string, records: readonly ReleaseRecord[], id: string | undefined): string {
  const [current] = records;
  const known = [...new Set(records.map((record) => record.id))].filter((one) => one !== current?.id);
  const got =
    id === undefined ? "none" : id === current?.id ? `"${id}", which runs already` : JSON.stringify(id);
  const fix =
    known.length === 0
      ? "there is no other one"
      : `known are ${known.join(", ")}: npx towpath releases --stack ${stack}`;
  return `rollback: expected an earlier release of ${stack}, got ${got}; ${fix}`;
}

/** Shows what a rollback will do. */
export function rollbackInWords(plan: RollbackPlan): string {
  const { stack, from, to, commit, releasedAt, releasedBy, images } = plan;
  const at = releasedAt.slice(0, 16).replace("T", " ");
  const of = commit === undefined ? "" : ` of commit ${commit.slice(0, 12)}`;
  const rows = [
    ["release", from, "->", to],
    ...Object.entries(images).map(([name, { from: now, to: then }]) => [
      `image ${name}`,
      short(now),
      "->",
      now === then ? "the same" : short(then),
    ]),
  ];
  return [
    `${stack}: back to ${to}${of}, released ${at} by ${releasedBy}`,
    columns(rows),
    `description: ${descriptionInWords(plan)}`,
    ...(plan.settingsChanged
      ? ["settings: changed since; the present ones are used"]
      : ["settings: the same"]),
    ...(plan.secretsChanged.length > 0
      ? [`secrets: ${plan.secretsChanged.join(", ")} changed since; the present values are used`]
      : ["secrets: the same"]),
    `schema: ${schemaInWords(plan)}`,
  ].join("\n");
}

function descriptionInWords({ to, descriptionChanged: changed }: RollbackPlan): string {
  if (changed === undefined) return `the record of ${to} does not keep it; the present one is used`;
  return changed.length === 0 ? "the same" : `${changed.join(", ")} changed since; that of ${to} comes back`;
}

function schemaInWords({ schema, downgrade }: RollbackPlan): string {
  if (schema.kind === "downgrade") {
    return `goes down to ${schema.to} first, past ${schema.destructive.join(", ")}; what was written since may be lost`;
  }
  if (schema.kind === "compatible") {
    return downgrade
      ? "goes down first, as asked; what was written since may be lost"
      : `compatible: stays at ${schema.revision}, nothing since took anything away`;
  }
  if (schema.kind === "unknown") {
    return downgrade
      ? "goes down first, as asked; what was written since may be lost"
      : `unknown, accepted: stays as it is, although ${schema.why}`;
  }
  return schema.kind === "forward" ? "is brought up to the release by its own migrations" : "the same";
}

function short(digest: string): string {
  return digest.slice(digest.indexOf(":") + 1).slice(0, 12);
}
