import type { Application, JobTime } from "../application/application.ts";
import { releaseJobs } from "../application/jobs.ts";
import { withVariables, type Variables } from "../application/variables.ts";
import { demandOf } from "../host/preflight.ts";
import { defined } from "../input/defined.ts";
import type { MigrationFacts } from "../migration/migration-facts.ts";
import type { MigrationPlan } from "../migration/migration-plan.ts";
import { schemaStays, type ReleasePlan } from "../plan/read-and-plan.ts";
import { planDigest, type PlanBasis } from "../plan/plan-basis.ts";
import { applicationOf, descriptionOf, type ReleaseDescription } from "../plan/release-description.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import { limitsFor } from "../settings/limits.ts";
import { describedHere } from "../settings/running-here.ts";

/** The facts that the program knows of a release before anything is made, for those who decide about it. */
export interface PlanFacts {
  readonly environment: ReleasedSettings["environment"];
  readonly namespace: string;
  readonly address: string;
  /** The release that this run would make. */
  readonly release: Pick<ReleaseRecord, "id" | "commit" | "branch" | "version">;
  /** The release that runs until then; left out for a first one. */
  readonly current?: Pick<ReleaseRecord, "id" | "commit" | "endedAt">;
  /** All that the plan is made from, for the run that does it. */
  readonly basis: PlanBasis;
  /** 64 hexadecimal digits that change when anything of that does. */
  readonly digest: string;
  /** True when other images run afterwards than before, or the same ones otherwise. */
  readonly changes: boolean;
  /** The images that are others than before. */
  readonly images: readonly ImageChange[];
  readonly migration: PlannedMigration;
  readonly secrets: readonly SecretChange[];
  readonly variables: readonly VariableChange[];
  /** The services that come or go. */
  readonly services: readonly ServiceChange[];
  /** The jobs that would run once for the release, in their order; left out where none would. */
  readonly jobs?: readonly PlannedJob[];
  /** Left out where nobody has to approve a release. */
  readonly approval?: ApprovalState;
  /** Left out where releases are not frozen now. */
  readonly freeze?: { readonly until: string; readonly reason: string };
  /** True when everyone is answered 503 afterwards. */
  readonly maintenance: boolean;
  /** The memory that the copies of services may use at most. */
  readonly memory: MemoryDemand;
  /** The reasons for which `up` would refuse this release. */
  readonly refusals: readonly string[];
}

/** An image that is another one than before. */
export interface ImageChange {
  readonly name: string;
  /** The digests; `before` is left out for an image that is new. */
  readonly before?: string;
  readonly after: string;
}

/** The pending migrations. */
export interface PlannedMigration {
  /** The revisions that would be applied, in their order. */
  readonly revisions: readonly string[];
  /** The statements with what is found of them. */
  readonly facts: MigrationFacts;
  /** The reason that it is not known what they do; left out where it is. */
  readonly unknown?: string;
}

/** A secret that is another one than before, or that somebody has to do something about. */
export interface SecretChange {
  readonly name: string;
  readonly change: "missing" | "new" | "changed" | "removed";
}

/** A variable of a service that is another one than before. */
export interface VariableChange {
  readonly service: string;
  readonly name: string;
  /** The values; left out where the variable comes or goes. */
  readonly before?: string;
  readonly after?: string;
}

/** A service that comes or goes. */
export interface ServiceChange {
  readonly name: string;
  readonly change: "new" | "removed";
}

/** A job that would run once for a release. */
export interface PlannedJob {
  readonly name: string;
  readonly runs: JobTime;
}

/** The approvals of a release: those that are needed and those that are there. */
export interface ApprovalState {
  readonly required: number;
  readonly signers: readonly string[];
  readonly approvedBy: readonly string[];
}

/** The memory of all copies of services on a host, each up to its limit, in bytes. */
export interface MemoryDemand {
  /** Left out for a first release. */
  readonly before?: number;
  readonly after: number;
  /** The memory that is free there now; left out where the host did not tell. */
  readonly free?: number;
}

/** What is known of a release when everything has been looked at. */
export interface Planned {
  /** The application as it would run. */
  readonly application: Application;
  readonly settings: ReleasedSettings;
  readonly plan: ReleasePlan;
  readonly migration: MigrationPlan;
  readonly basis: PlanBasis;
  /** The variables of the settings that what runs was made with. */
  readonly variables?: Variables;
  /** Left out where nobody has to approve. */
  readonly approval?: ApprovalState;
  /** The memory that is free on the host, in bytes. */
  readonly memoryFree?: number;
  readonly now: Date;
}

/** Returns the facts of a plan, but for those of secrets and refusals. */
export function planFactsOf(planned: Planned): Omit<PlanFacts, "secrets" | "refusals"> {
  const { application, settings, plan, basis, approval, memoryFree, now } = planned;
  const { environment, namespace, domain, freeze, maintenance } = settings;
  const { id, commit, branch, version, current, changes, images } = plan;
  const isFrozen = changes && freeze !== undefined && now < new Date(freeze.until);
  const [before, after] = [descriptionBefore(planned), descriptionOf(application)];
  return {
    ...{ environment, namespace, address: `https://${domain}`, changes, maintenance, basis },
    digest: planDigest(basis),
    release: { id, ...defined({ commit, branch, version }) },
    ...(current !== undefined && {
      current: { id: current.id, endedAt: current.endedAt, ...defined({ commit: current.commit }) },
    }),
    images: imageChanges(current?.images ?? {}, images),
    migration: plannedMigration(planned.migration),
    variables: before === undefined ? [] : variableChanges(before, after),
    services: before === undefined ? [] : serviceChanges(before, after),
    ...defined({ jobs: plannedJobs(planned), approval, freeze: isFrozen ? freeze : undefined }),
    memory: {
      after: demandOf(application, settings).memoryBytes,
      ...defined({ before: basis.from && memoryOf(basis.from.copies, settings), free: memoryFree }),
    },
  };
}

/** The jobs of a new release; those after it wait for the end of a canary. */
function plannedJobs({ application, settings, plan }: Planned): PlannedJob[] | undefined {
  if (!plan.changes || schemaStays(plan)) return undefined;
  const { environment, canary } = settings;
  const at = (runs: JobTime): PlannedJob[] =>
    Object.keys(releaseJobs(application, environment, runs)).map((name) => ({ name, runs }));
  const jobs = [...at("before-release"), ...(canary === undefined ? at("after-release") : [])];
  return jobs.length === 0 ? undefined : jobs;
}

/** The description of what runs, with the variables that the settings gave it; undefined where none is known. */
function descriptionBefore({
  application: { name },
  plan: { current },
  settings,
  variables,
}: Planned): ReleaseDescription | undefined {
  if (current?.description === undefined || variables === undefined) return current?.description;
  const before = describedHere(
    applicationOf(name, Object.keys(current.images), current.description),
    settings,
  );
  return descriptionOf(withVariables(before, variables));
}

/** The memory of what runs, with the limits of these settings. */
function memoryOf(copies: Readonly<Record<string, number>>, { limits }: ReleasedSettings): number {
  return Object.entries(copies).reduce(
    (sum, [service, number]) => sum + number * limitsFor(limits, service).memory,
    0,
  );
}

type Images = Readonly<Record<string, string>>;

function imageChanges(before: Images, after: Images): ImageChange[] {
  return Object.entries(after)
    .filter(([name, digest]) => before[name] !== digest)
    .map(([name, digest]) => ({ name, after: digest, ...defined({ before: before[name] }) }));
}

function plannedMigration({ revisions, statements, findings, unknown }: MigrationPlan): PlannedMigration {
  // SQL that cannot be read is one finding as a whole, and no statement.
  const unread = statements.length === 0 ? findings[0]?.reason : undefined;
  return { revisions, facts: { statements }, ...defined({ unknown: unknown ?? unread }) };
}

/** The variables of services that are there before and after. */
export function variableChanges(before: ReleaseDescription, after: ReleaseDescription): VariableChange[] {
  return Object.entries(after.services).flatMap(([service, { environment: now = {} }]) => {
    const { [service]: old } = before.services;
    if (old === undefined) return [];
    const { environment: then = {} } = old;
    return [...new Set([...Object.keys(then), ...Object.keys(now)])]
      .sort()
      .filter((name) => then[name] !== now[name])
      .map((name) => ({ service, name, ...defined({ before: then[name], after: now[name] }) }));
  });
}

/** The services that only one of the two has. */
export function serviceChanges(
  { services: before }: ReleaseDescription,
  { services: after }: ReleaseDescription,
): ServiceChange[] {
  const only = (some: object, others: object): string[] =>
    Object.keys(some).filter((name) => !Object.hasOwn(others, name));
  return [
    ...only(after, before).map((name) => ({ name, change: "new" }) as const),
    ...only(before, after).map((name) => ({ name, change: "removed" }) as const),
  ];
}
