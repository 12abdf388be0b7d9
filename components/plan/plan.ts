import type { Application } from "../application/application.ts";
import { builtImages } from "../application/images.ts";
import { lacks, referencesOf, type Registry } from "../image/registry.ts";
import { defined } from "../input/defined.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import { kinds } from "../settings/kinds.ts";
import type { ProductionSettings } from "../settings/production.ts";
import type { StagingSettings } from "../settings/staging.ts";
import type { PreviewSettings } from "../settings/preview.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { decideRelease, type PlannedRelease, type ReleaseFacts } from "./decide.ts";
import { branchOf } from "./release-branch.ts";
import { descriptionOf } from "./release-description.ts";
import { haveSameImages, settingsHash, type ReleaseReceipt, type ReleaseRecord } from "./release-record.ts";
import type { ReleaseSource } from "./release-source.ts";
import type { GoneBackFrom } from "./rollback-schema.ts";
import { goneBackFrom, schemaOfRollback, type SchemaPlan } from "./rollback.ts";

/** The sources of a plan other than the application and the settings. */
export interface Reads {
  readonly registry: Registry;
  /** A stack's records, newest first; none for a stack that is not there. */
  readonly recordsOf: (stack: string) => Promise<readonly ReleaseRecord[]>;
  /** The stack that is deployed. */
  readonly stack: string;
  /** The commit that is checked out. */
  readonly commit: () => Promise<{ commit: string } | { problem: string }>;
  /** The tags of a commit in git, newest first; none where git does not know it. */
  readonly tagsOf: (commit: string) => Promise<readonly string[]>;
  /** The repository's default branch. */
  readonly defaultBranch: () => Promise<string>;
  /** The environment's variables: `TOWPATH_ROLLBACK` and the like, and those of GitHub Actions. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The person at this machine. */
  readonly user: string;
  readonly now: Date;
  /** Left out for a run that may make something. */
  readonly look?: Look;
}

/** A plan for those who decide about a release, and which makes nothing. */
export interface Look {
  /** True when production is planned as if staging had proved the commit's images. */
  readonly asIfProven: boolean;
}

/** The release that a run makes, and all that its record says except the outcome. */
export interface ReleasePlan extends PlannedRelease, SchemaPlan {
  /** The images' references by digest, by the images' names. */
  readonly references: Readonly<Record<string, string>>;
  /** This stack's records, newest first. */
  readonly records: readonly ReleaseRecord[];
  /** The release that was gone back from, which can tell whether the schema is where its record leaves it. */
  readonly goneBackFrom?: GoneBackFrom;
  /** The tags that the images get once users have them; none where no records are kept. */
  readonly tags: readonly string[];
  readonly settingsHash: string;
  readonly startedAt: string;
  readonly by: string;
  readonly run?: string;
  /** The signers who approved it; left out where no approval was asked for. */
  readonly approvedBy?: readonly string[];
  /** The receipt of end-to-end tests that somebody brings with this run. */
  readonly endToEnd?: ReleaseReceipt;
}

/** Plans a release as `planRelease` does, from what was read. */
export async function planFrom(
  application: Application,
  settings: ReleasedSettings,
  reads: Reads,
): Promise<ReleasePlan> {
  const { environment, freeze, registry } = settings;
  const isPromoted = kinds[environment].images === "promoted" && reads.look?.asIfProven !== true;
  const records = await reads.recordsOf(reads.stack);
  const rollback = given(reads, "TOWPATH_ROLLBACK");
  const endToEnd = endToEndReceipt(records, reads);
  const source =
    rollback !== undefined
      ? undefined
      : endToEnd !== undefined
        ? records[0]
        : await sourceOf(application, settings, reads);
  const planned = decideRelease({
    environment,
    description: descriptionOf(application),
    records,
    ...defined({ source, freeze: reads.look === undefined ? freeze : undefined }),
    ...("promoteFrom" in settings && { branches: await branchesOf(settings, reads) }),
    ...("allowUnproven" in settings && { allowUnproven: settings.allowUnproven }),
    ...("requireEndToEnd" in settings && { requireEndToEnd: settings.requireEndToEnd }),
    ...defined({ rollback }),
    now: reads.now,
  });
  const { changes, images } = planned;
  const isCommitted = source !== undefined && !isPromoted;
  if (changes && !isCommitted) await checkDigests(images, settings, reads);
  const facts = isCommitted ? await imageFacts(planned, application, reads) : {};
  const released = { ...planned, ...facts, ...(await tagged(planned, reads)) };
  const answers = {
    downgrade: given(reads, "TOWPATH_DOWNGRADE") !== undefined,
    accepted: given(reads, "TOWPATH_UNKNOWN_SCHEMA") !== undefined,
  };
  const back =
    rollback === undefined ? {} : schemaOfRollback(application, registry, records, released, answers);
  const whether = rollback === undefined ? "settled" : answers.accepted ? "accepted" : "asked";
  const left = goneBackFrom(application, registry, records, released.rollbackOf, whether);
  return {
    ...released,
    references: referencesOf(registry, images),
    records,
    rollback: false,
    ...back,
    ...defined({ goneBackFrom: left }),
    tags: kinds[environment].records ? [tagOf(environment, released)] : [],
    settingsHash: settingsHash(settings),
    startedAt: reads.now.toISOString(),
    ...whoOf(reads),
    ...defined({ endToEnd }),
  };
}

/**
 * Tells whether the migrations of this run's images leave the schema alone: they are an earlier release's, in the run
 * that goes back to it and in those after it that release nothing else.
 */
export function schemaStays({ rollback, rollbackOf, changes, current, ...plan }: ReleasePlan): boolean {
  if (rollback || rollbackOf === undefined) return rollback;
  return !changes || (current !== undefined && haveSameImages(current, plan));
}

/**
 * The records among a stack's outputs. They are encrypted: the engine gives an empty map where it cannot open them, which
 * must not pass for a stack that never released anything.
 */
export function recordsIn(
  stack: string,
  outputs: Readonly<Record<string, unknown>> | undefined,
): readonly ReleaseRecord[] {
  const { releases = [] } = outputs ?? {};
  if (Array.isArray(releases)) return releases as readonly ReleaseRecord[];
  throw new InputError([
    `releases: expected the records of ${stack}, got a state that this run's passphrase does not open; make both stacks with one passphrase, or with one PULUMI_SECRETS_PROVIDER`,
  ]);
}

function sourceOf(
  application: Application,
  settings: ReleasedSettings,
  reads: Reads,
): Promise<ReleaseSource | readonly ReleaseRecord[]> {
  if (!("promoteFrom" in settings)) return publishedAs(application, settings, reads);
  const { promoteFrom, registry } = settings;
  if (reads.look?.asIfProven !== true) return reads.recordsOf(promoteFrom);
  return publishedAs(
    application,
    { registry, ...defined({ commit: given(reads, "TOWPATH_COMMIT") }) },
    reads,
  );
}

/** The digests of a commit's images. Throws an InputError that names all images which were never published. */
async function publishedAs(
  application: Application,
  { commit: set, registry }: Pick<StagingSettings | PreviewSettings, "commit" | "registry">,
  reads: Reads,
): Promise<ReleaseSource> {
  const commit = set ?? (await checkedOut(reads));
  const names = Object.keys(application.images);
  const digests = await Promise.all(names.map((name) => reads.registry.digestOf(name, commit)));
  const problems = names.flatMap((name, index) => {
    const repository = `${registry.address}/${registry.repository}/${name}`;
    return digests[index] === undefined
      ? [
          `towpath:commit: ${commit} was never published as ${repository}; check it out without changes and run npm run ci -- --publish`,
        ]
      : [];
  });
  if (problems.length > 0) throw new InputError(problems);
  const images = Object.fromEntries(names.map((name, index) => [name, digests[index] ?? ""]));
  return { images, description: descriptionOf(application), commit };
}

async function checkedOut({ commit }: Reads): Promise<string> {
  const answer = await commit();
  if ("commit" in answer) return answer.commit;
  throw new InputError([
    `towpath:commit: expected a commit that is checked out, got "${answer.problem}"; set it, or run this in a clone`,
  ]);
}

/** An earlier release, or staging's, is still there: found out before anything is touched. */
async function checkDigests(
  images: Readonly<Record<string, string>>,
  { registry }: ReleasedSettings,
  reads: Reads,
): Promise<void> {
  const problems = await Promise.all(
    Object.entries(images).map(async ([name, digest]) =>
      (await reads.registry.digestOf(name, digest)) === undefined ? [lacks(registry, name, digest)] : [],
    ),
  );
  if (problems.flat().length > 0) throw new InputError(problems.flat());
}

/** The branches that production takes releases of, as patterns. */
async function branchesOf(
  { promoteBranches }: ProductionSettings,
  { defaultBranch }: Reads,
): Promise<readonly string[]> {
  return promoteBranches ?? [await defaultBranch()];
}

type ImageFacts = Pick<PlannedRelease, "branch" | "tag" | "version">;

/**
 * Returns the version and the branch by the labels of the images that were built; by the record where those images run
 * already. A ready-made one says what its makers say.
 */
async function imageFacts(
  { changes, current, images }: PlannedRelease,
  application: Application,
  { registry }: Reads,
): Promise<ImageFacts> {
  if (!changes && current?.branch !== undefined) return factsIn(current);
  const built = builtImages(application.images);
  const described = Object.entries(images).filter(([name]) => Object.hasOwn(built, name));
  const said = await Promise.all(
    described.map(async ([name, digest]) => (await registry.facts(name, digest))?.labels ?? {}),
  );
  const version = said.map((labels) => labels[versionLabel]).find(Boolean);
  return factsIn({ branch: branchOf(said), version });
}

const versionLabel = "org.opencontainers.image.version";

/** The commit's tag; the one that a workflow runs for, where it has several. */
async function tagged({ commit }: PlannedRelease, { tagsOf, variables }: Reads): Promise<ImageFacts> {
  const tags = commit === undefined ? [] : await tagsOf(commit);
  const { GITHUB_REF_NAME: name } = variables;
  return factsIn({ tag: tags.find((tag) => tag === name) ?? tags[0] });
}

function factsIn({ branch, tag, version }: { [Name in keyof ImageFacts]: string | undefined }): ImageFacts {
  return defined({ branch, tag, version });
}

function endToEndReceipt(records: readonly ReleaseRecord[], reads: Reads): ReleaseReceipt | undefined {
  const release = given(reads, "TOWPATH_END_TO_END");
  if (release === undefined) return undefined;
  const runs = records[0]?.id;
  if (runs !== release) {
    throw new InputError([
      `TOWPATH_END_TO_END: expected the release that runs, ${runs ?? "of which there is none"}, got ${show(release)}; run the tests against what runs now`,
    ]);
  }
  return { release, at: reads.now.toISOString(), ...whoOf(reads) };
}

function tagOf(environment: ReleaseFacts["environment"], { id, commit, version }: PlannedRelease): string {
  const isPromoted = kinds[environment].images === "promoted";
  const [prefix, name] = isPromoted ? ["prod", version] : [environment, commit];
  // A tag holds less than a version may, such as no `+`.
  return `${prefix}-${(name ?? id).replace(/[^\w.-]/g, "-")}`.slice(0, 128);
}

function whoOf({ variables, user }: Reads): { by: string; run?: string } {
  const { GITHUB_ACTOR, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = variables;
  const by = GITHUB_ACTOR ?? user;
  if (GITHUB_SERVER_URL === undefined || GITHUB_REPOSITORY === undefined || GITHUB_RUN_ID === undefined)
    return { by };
  return { by, run: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}` };
}

/** A variable's value; one that is empty is not set. */
function given({ variables }: Reads, name: string): string | undefined {
  const value = variables[name];
  return value === "" ? undefined : value;
}
