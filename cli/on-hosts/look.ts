import type { SharedGateway } from "../../components/gateway/shared-gateway.ts";
import { isOverdue } from "../../components/gateway/certificate-end.ts";
import { UserError } from "../../components/input/user-error.ts";
import { defined } from "../../components/input/defined.ts";
import { isPreview } from "../../components/naming/namespace.ts";
import { namesOf } from "../../components/naming/names.ts";
import type { ReleaseSummary } from "../../components/plan/release-record.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { heldLocks } from "../pulumi/locks.ts";
import type { StackState } from "../pulumi/stacks.ts";
import { readDeployment, stackOutputs, type Deployment } from "../pulumi/state.ts";
import { releaseJobProblems } from "../stack/release-jobs.ts";
import { answerOf, type Answer } from "./answer.ts";
import type { Dump } from "./dumps.ts";
import {
  copiesOf,
  copyProblems,
  healthOf,
  jobProblems,
  programIn,
  releasedIn,
  routeOf,
  sitesOf,
  sleeps,
  type CopyStatus,
  type HostSight,
} from "./environment.ts";
import { loadProblems, type Load } from "./load.ts";
import { backupProblems, jobsOf, type JobStatus } from "./schedules.ts";
import { inTime, machinesOf, reaching, type Place, type SharedMachine } from "./machines.ts";
import { lookAt, type Asked } from "./sight.ts";

/** A host of an environment, and how much room it has. */
export interface HostStatus {
  /** Its name in the settings. */
  readonly host: string;
  /** The way to it: `deploy@10.0.0.1`. */
  readonly address: string;
  /** Null where it could not be asked. */
  readonly load: Load | null;
}

/** What runs of an environment on hosts, and how it is. */
export interface StatusOnHosts {
  /** `healthy`, `asleep`, `away`, `gone`, or what is wrong with its containers. */
  readonly health: string;
  /** The summary of what was released last; null where nothing was. */
  readonly released: ReleaseSummary | null;
  readonly copies: readonly CopyStatus[];
  readonly hosts: readonly HostStatus[];
  /** The answer of its address from this machine; null where it is not asked. */
  readonly answer: Answer | null;
  /** The time until which its certificate is valid; null where its gateway has none. */
  readonly certificateUntil: string | null;
  /** The last dump of its database on its host; null where there is none, and where none is asked for. */
  readonly backup: Dump | null;
  /** The jobs that run by a schedule; none where nobody can tell. */
  readonly jobs: readonly JobStatus[];
  /** The run that is at work on it; null where none is known. */
  readonly run: string | null;
  /** The gateway's difference from what the last complete run left. */
  readonly route: string | null;
  /** The problems, each with what to do; empty when all is well. */
  readonly problems: readonly string[];
}

/** Tells whether an address is asked: not of one that falls asleep, for it would wake up. */
function isAsked(place: Place, url: string | undefined): url is string {
  return url?.startsWith("https://") === true && !isPreview(place.stack);
}

/**
 * Looks at environments on hosts: each machine is asked once for all that it has, and all at the same time. One that is away is a
 * problem of its environments, and not the end.
 *
 * @param known the states that were read already
 * @returns what was found, by the stacks' names
 */
export async function lookAtStacks(
  stacks: readonly StackState[],
  call: PulumiCall,
  run: Run,
  known: readonly StackState[] = stacks,
): Promise<ReadonlyMap<string, StatusOnHosts>> {
  const { machines, problems } = machinesOf(
    call.project,
    stacks.map(({ stack }) => stack),
  );
  const stateOf = (stack: string): Promise<Deployment | undefined> => {
    const found = known.find((one) => one.stack === stack);
    return found === undefined ? readDeployment({ ...call, stack }, run) : Promise.resolve(found.deployment);
  };
  const reach = reaching(call, run);
  const looking = machines.map(async (machine) => ({ machine, sight: await sightOf(machine) }));
  const answering = stacks.map(async ({ stack, deployment }) => {
    const place = machines.flatMap(({ places }) => places).find((one) => one.stack === stack);
    const { url } = stackOutputs(deployment) as { url?: string };
    if (place === undefined || !isAsked(place, url)) return null;
    return answerOf(url, isTrusted(place, await gatewayOf(place, stateOf)));
  });
  const [seen, answers] = await Promise.all([Promise.all(looking), Promise.all(answering)]);
  return new Map(
    stacks.map(({ stack, deployment }, index) => {
      const own = seen.flatMap(({ machine, sight }) =>
        machine.places
          .filter((place) => place.stack === stack)
          .map((place) => ({ place, address: machine.address, sight })),
      );
      const settingsProblem = problems.get(stack);
      const found = { own, answer: answers[index] ?? null, ...defined({ settingsProblem }) };
      return [stack, statusOf({ stack, deployment }, found, runAt({ ...call, stack }, deployment))];
    }),
  );

  async function sightOf(machine: SharedMachine): Promise<HostSight> {
    const look = async (): Promise<HostSight> => {
      const [connection, asked] = await Promise.all([
        reach(machine),
        Promise.all(machine.places.map((place) => askedFor(place, stateOf))),
      ]);
      return lookAt(connection, asked, run);
    };
    return inTime(machine, look()).catch((error: unknown) => {
      if (error instanceof UserError) return error.message;
      throw error;
    });
  }
}

type StateOf = (stack: string) => Promise<Deployment | undefined>;

/** The gateway that an environment shares with others; undefined where it has its own, or that is not there yet. */
async function gatewayOf({ settings }: Place, stateOf: StateOf): Promise<Partial<SharedGateway> | undefined> {
  const shared = "gateway" in settings ? settings.gateway : undefined;
  if (shared === undefined) return undefined;
  return (stackOutputs(await stateOf(shared)) as { gateway?: Partial<SharedGateway> }).gateway;
}

async function askedFor(place: Place, stateOf: StateOf): Promise<Asked> {
  const { namespace, environment } = place.settings;
  const backups = kindOf(environment)?.backups ?? false;
  if (environment === "host") return { namespace, backups };
  const isShared = "gateway" in place.settings;
  const gateway = isShared ? (await gatewayOf(place, stateOf))?.containerName : namesOf(namespace).gateway;
  const deployment = await stateOf(place.stack);
  const { url } = stackOutputs(deployment) as { url?: string };
  const domain = url === undefined ? undefined : new URL(url).hostname;
  const jobs = programIn(deployment, "scheduled-jobs");
  const scheduledBackups = programIn(deployment, "backups");
  return { namespace, backups, ...defined({ gateway, domain, jobs, scheduledBackups }) };
}

/** Tells whether browsers have to trust an environment's certificate. */
function isTrusted({ settings }: Place, gateway: Partial<SharedGateway> | undefined): boolean {
  return (
    "certificates" in settings && settings.certificates === "automatic" && gateway?.wildcard === undefined
  );
}

/** The status of an environment of which only the state is known, and why. */
export function unseen({ stack, deployment }: StackState, problem: string): StatusOnHosts {
  return statusOf({ stack, deployment }, { own: [], answer: null, settingsProblem: problem }, {});
}

/** The run that is at work on a stack, and what one that was killed left. */
interface RunAt {
  readonly atWork?: string;
  readonly killed?: string;
}

function runAt(call: PulumiCall, { pending_operations }: Deployment): RunAt {
  const [lock] = heldLocks(call);
  if (lock !== undefined) {
    const since = lock.timestamp.replace("T", " ").slice(0, 16);
    return { atWork: `${lock.username}@${lock.hostname} since ${since}` };
  }
  const begun = pending_operations.map(
    ({ type, resource }) => `${type} ${resource.urn.split("::").at(-1) ?? ""}`,
  );
  return begun.length === 0 ? {} : { killed: begun.join(", ") };
}

/** What was found out about one environment. */
interface Found {
  readonly own: readonly { readonly place: Place; readonly address: string; readonly sight: HostSight }[];
  readonly answer: Answer | null;
  readonly settingsProblem?: string;
}

function statusOf(
  { stack, deployment }: StackState,
  { own, answer, settingsProblem }: Found,
  { atWork, killed }: RunAt,
): StatusOnHosts {
  const settings = own[0]?.place.settings;
  const hosts = Object.fromEntries(own.map(({ place, sight }) => [place.host, sight]));
  const environment = { stack, deployment, hosts, namespace: settings?.namespace ?? "" };
  const copies = copiesOf(environment);
  const [certificate] = sitesOf(environment).flatMap((site) => site.certificate ?? []);
  const route = routeOf(environment);
  const away = [...new Set(own.flatMap(({ sight }) => (typeof sight === "string" ? sight.split("\n") : [])))];
  const isAway = own.length === 0 || own.every(({ sight }) => typeof sight === "string");
  const { url } = stackOutputs(deployment) as { url?: string };
  const maintained = settings !== undefined && "maintenance" in settings && settings.maintenance;
  const now = new Date();
  const within =
    settings !== undefined && "backup" in settings ? settings.backup.restoreProvenWithin : undefined;
  const loads = own.flatMap(({ place, sight }) =>
    typeof sight === "string" || sight.load === undefined ? [] : loadProblems(place.host, sight.load),
  );
  return {
    health: isAway ? "away" : healthOf(stack, copies),
    released: releasedIn(deployment) ?? null,
    copies,
    hosts: own.map(({ place, address, sight }) => ({
      ...{ host: place.host, address },
      load: typeof sight === "string" ? null : (sight.load ?? null),
    })),
    answer,
    certificateUntil: certificate?.until ?? null,
    backup: dumpOf(own),
    jobs: jobsOf(environment, copies),
    run: atWork ?? null,
    route: route ?? null,
    problems: [
      ...(settingsProblem?.split("\n") ?? []),
      ...away,
      ...copyProblems(stack, copies),
      ...jobProblems(environment, copies, now),
      ...backupProblems(environment, copies, { now, within }),
      // While a run is at work, they may be about to run.
      ...(atWork === undefined
        ? releaseJobProblems(deployment.resources, `npm run pulumi -- up --stack ${stack}`)
        : []),
      ...answerProblems(url, answer, maintained),
      ...(route === undefined || sleeps(stack, copies)
        ? []
        : [`route: ${route}; the next npm run pulumi -- up --stack ${stack} switches again`]),
      ...(certificate !== undefined && isOverdue(certificate, Date.now())
        ? [overdue(stack, certificate.until, settings)]
        : []),
      ...loads,
      ...(killed === undefined
        ? []
        : [
            `state: a run was killed in the middle of its work, got ${killed}; the next npm run pulumi -- up --stack ${stack} clears up after it`,
          ]),
    ],
  };
}

function dumpOf(own: Found["own"]): Dump | null {
  for (const { place, sight } of own) {
    const dump = typeof sight === "string" ? undefined : sight.dumps.get(place.settings.namespace);
    if (dump !== undefined) return dump;
  }
  return null;
}

/** Says that users get no page. */
function answerProblems(url: string | undefined, answer: Answer | null, maintained: boolean): string[] {
  if (url === undefined || answer === null) return [];
  const { status = 0, problem } = answer;
  if (problem !== undefined)
    return [
      `${url}: users have to get a page, got ${problem} from this machine; see whether its name, its firewall and its gateway are well`,
    ];
  if (status < 500 || (maintained && status === 503)) return [];
  return [
    `${url}: users have to get a page, got status ${status}; see why in the logs of what answers there`,
  ];
}

/** Says that a certificate should have been renewed long ago. */
function overdue(stack: string, until: string, settings: Place["settings"] | undefined): string {
  const gateway = settings !== undefined && "gateway" in settings ? settings.gateway : undefined;
  return `certificate: has to be renewed by now, got one until ${until.slice(0, 16).replace("T", " ")}; see why it is not with npx towpath logs --stack ${gateway ?? stack} gateway`;
}
