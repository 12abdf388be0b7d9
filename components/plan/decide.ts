import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { UnprovenSettings } from "../settings/production.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import type { FreezeSettings } from "../settings/released.ts";
import { newestOf, passedOver } from "./release-branch.ts";
import { changedParts, onDataOf, type ReleaseDescription } from "./release-description.ts";
import {
  haveSameImages,
  leftIdOf,
  recordOf,
  type ReleaseIdentity,
  type ReleaseRecord,
} from "./release-record.ts";
import type { ReleaseSource } from "./release-source.ts";

/** All that decides what a run releases. */
export interface ReleaseFacts {
  readonly environment: ReleasedSettings["environment"];
  /** This checkout's description of the application. */
  readonly description: ReleaseDescription;
  /** This stack's records, newest first. */
  readonly records: readonly ReleaseRecord[];
  /** The commit's published images; for production, staging's records, newest first. Left out for a rollback. */
  readonly source?: ReleaseSource | readonly ReleaseRecord[];
  readonly freeze?: FreezeSettings;
  /** The branches that production takes releases of, as patterns; none where they are left out. */
  readonly branches?: readonly string[];
  readonly allowUnproven?: UnprovenSettings;
  readonly requireEndToEnd?: boolean;
  /** The id of the release to go back to. */
  readonly rollback?: string;
  readonly now: Date;
}

/** The release that a run makes. */
export interface PlannedRelease extends ReleaseIdentity {
  readonly commit?: string;
  /** The branch that the images were published of, and git's tag of the commit. */
  readonly branch?: string;
  readonly tag?: string;
  readonly version?: string;
  /** The release that ran before; left out for a first one. */
  readonly current?: ReleaseRecord;
  /** True when other images run afterwards than before, or the same ones otherwise. */
  readonly changes: boolean;
  /** The id of the release that is gone back from. */
  readonly rollbackOf?: string;
  /** The reason that it is let through without staging's receipts. */
  readonly unproven?: { readonly reason: string };
  /** The facts that the person who runs it should know. */
  readonly warnings: readonly string[];
}

/**
 * Decides which images run, and how.
 *
 * A rollback takes an earlier record's; staging the commit's as this checkout describes them, production those of staging's
 * newest record of a branch that may go there, with its description. What was gone back from does not come back by itself.
 *
 * @throws InputError for what may not be released
 */
export function decideRelease(facts: ReleaseFacts): PlannedRelease {
  const { records, rollback } = facts;
  const [current] = records;
  const planned = rollback === undefined ? ordinary(facts) : rolledBack(facts, rollback);
  const release = {
    ...planned,
    ...defined({ current }),
    changes: planned.id !== current?.id,
  };
  checkImages(facts, release);
  if (release.changes) checkFreeze(facts, release);
  return release;
}

/** Describes what a run is about to release, in one line. */
export function plannedInWords({ id, branch, tag, commit, version, current }: PlannedRelease): string {
  const facts = Object.entries({ branch, tag, commit, version })
    .filter(([, fact]) => fact !== undefined)
    .map(([name, fact]) => `, ${name} ${fact}`);
  return `release ${id}${facts.join("")}; ${current === undefined ? "it is the first" : `${current.id} runs until then`}`;
}

type Candidate = Omit<PlannedRelease, "current" | "changes">;

function rolledBack({ environment, records }: ReleaseFacts, id: string): Candidate {
  const [current] = records;
  const target = records.find((record) => record.id === id);
  if (target === undefined || current === undefined || current.id === id) {
    const known = [...new Set(records.map((record) => record.id))].filter((one) => one !== current?.id);
    const got = current?.id === id ? `${show(id)}, which runs already` : show(id);
    const fix =
      known.length === 0 ? "there is none yet" : `known are ${known.join(", ")}: npx towpath releases`;
    throw new InputError([
      `TOWPATH_ROLLBACK: expected an earlier release of ${environment}, got ${got}; ${fix}`,
    ]);
  }
  const origin = originOf(target);
  const { description } = target;
  const there = current.description;
  return {
    ...origin,
    ...(description !== undefined && there !== undefined && { description: onDataOf(description, there) }),
    rollbackOf: current.id,
    warnings: [],
  };
}

function ordinary(facts: ReleaseFacts): Candidate {
  const { records, environment } = facts;
  const [current] = records;
  const offered = isRecords(facts.source) ? promoted(facts, facts.source) : committed(facts.source);
  const id = leftIdOf(records, offered);
  if (current === undefined || id === undefined) return keptRollback(current, offered);
  return {
    ...originOf(current),
    ...defined({ rollbackOf: current.rollbackOf, unproven: current.unproven }),
    warnings: [
      `release ${id} was gone back from, so ${current.id} stays; ` +
        `release something newer, or return to it with npx towpath rollback ${id} --stack ${environment}`,
    ],
  };
}

/** A rollback stays one when only the settings change, or how its images run: they still know less than the database. */
function keptRollback(current: ReleaseRecord | undefined, offered: Candidate): Candidate {
  if (current?.rollbackOf === undefined || !haveSameImages(current, offered)) return offered;
  return { ...offered, rollbackOf: current.rollbackOf };
}

function committed(source: ReleaseSource | undefined): Candidate {
  if (source === undefined) throw new Error("release: neither a source nor a rollback");
  const unasked = source.description === undefined ? [] : nothingAsked(source.description);
  const warnings = unasked.map(
    (reason) =>
      `application.ts: ${reason}, so a release that does not work may pass; describe it: production takes what was asked`,
  );
  return { ...originOf(source), warnings };
}

/** Returns the reasons that a release's receipts prove nothing: its steps ask nothing of what users reach. */
export function nothingAsked({ services, smoke = [] }: ReleaseDescription): string[] {
  const routed = Object.entries(services).filter(([, { routes = [] }]) => routes.length > 0);
  if (routed.length === 0) return [];
  return [
    ...routed
      .filter(([, { health }]) => health === undefined)
      .map(([name]) => `services.${name} has routes and no health`),
    ...(smoke.length === 0 ? ["there are routes and no smoke checks"] : []),
  ];
}

function promoted(facts: ReleaseFacts, [first, ...older]: readonly ReleaseRecord[]): Candidate {
  if (first === undefined) {
    throw new InputError([
      "towpath:promoteFrom: expected a release of staging to promote, got none; run npm run pulumi -- up --stack staging first",
    ]);
  }
  const { branches = [] } = facts;
  // What runs already is no promotion: the run may change settings.
  const running = facts.records[0]?.id;
  const newest = newestOf([first, ...older], branches, running);
  const warnings = [...passedOver([first], newest.id, branches), ...otherDescription(facts, newest)];
  const release = { ...originOf(newest), warnings };
  const missing = [
    ...missingReceipts(newest, facts.requireEndToEnd ?? false),
    // Nobody knows how staging ran these images.
    ...(newest.description === undefined ? ["description"] : []),
  ];
  const unasked = newest.description === undefined ? [] : nothingAsked(newest.description);
  if (missing.length + unasked.length === 0) return release;
  const got = [
    ...(missing.length > 0 ? [`none for ${missing.join(", ")}`] : []),
    ...(unasked.length > 0 ? [`some that prove nothing (${unasked.join(", ")})`] : []),
  ].join(" and ");
  if (facts.allowUnproven !== undefined) {
    const { reason } = facts.allowUnproven;
    const warning = `release ${newest.id} is let through without staging's receipts, ${got}: ${reason}`;
    return { ...release, unproven: { reason }, warnings: [...release.warnings, warning] };
  }
  if (newest.id === running) return release;
  throw new InputError([
    `towpath:promoteFrom: expected staging's receipts for release ${newest.id}, got ${got}; ` +
      (unasked.length > 0 ? "describe what is asked in application.ts, and " : "") +
      "bring staging to an end with npm run pulumi -- up --stack staging" +
      (missing.includes("endToEnd")
        ? " and its end-to-end tests with npx towpath receipt end-to-end --stack staging"
        : "") +
      ', or set towpath:allowUnproven to { "reason": "…" }',
  ]);
}

/** Says that what staging proved is not what this checkout describes. */
function otherDescription(
  { description }: ReleaseFacts,
  { id, description: proven }: ReleaseRecord,
): string[] {
  const changed = proven === undefined ? [] : changedParts(proven, description);
  if (changed.length === 0) return [];
  return [
    `application.ts: release ${id} runs as staging proved it, and this checkout describes it otherwise, in ${changed.join(", ")}; release that to staging first if it is meant for production`,
  ];
}

/** The steps whose receipt is not there, or was made out to another release. */
export function missingReceipts({ id, receipts }: ReleaseRecord, requireEndToEnd: boolean): string[] {
  const wanted = ["gates", "smoke", "route", ...(requireEndToEnd ? ["endToEnd"] : [])] as const;
  return wanted.filter((step) => receipts[step as keyof typeof receipts]?.release !== id);
}

function checkImages(facts: ReleaseFacts, { id, images, description }: PlannedRelease): void {
  const { services } = description ?? facts.description;
  const problems = [...new Set(Object.values(services).map(({ image }) => image))]
    .filter((name) => !Object.hasOwn(images, name))
    .map(
      (name) =>
        `images.${name}: release ${id} has no such image, got ${Object.keys(images).join(", ")}; check out the commit that it was made from`,
    );
  if (problems.length > 0) throw new InputError(problems);
}

function checkFreeze({ freeze, now }: ReleaseFacts, { id, commit, current }: PlannedRelease): void {
  if (freeze === undefined || now >= new Date(freeze.until)) return;
  const of = commit === undefined ? "" : ` of commit ${commit}`;
  const runs = current === undefined ? "nothing runs yet" : `${current.id} goes on running`;
  throw new InputError([
    `towpath:freeze: no release until ${freeze.until} (${freeze.reason}), got release ${id}${of}; ${runs}, wait until then or remove towpath:freeze`,
  ]);
}

function originOf({
  id,
  images,
  description,
  commit,
  branch,
  tag,
  version,
}: ReleaseSource): ReleaseIdentity & ReleaseSource {
  return {
    ...recordOf(images, description),
    ...defined({ id, commit, branch, tag, version }),
  };
}

function isRecords(source: ReleaseFacts["source"]): source is readonly ReleaseRecord[] {
  return Array.isArray(source);
}
