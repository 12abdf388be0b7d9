import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { scheduledJobs } from "../application/jobs.ts";
import { backupConcern } from "../backup/concern.ts";
import { routedDomains } from "../application/routes.ts";
import { drillConcern, unprovenProblem } from "../backup/drill-concern.ts";
import { askBackups } from "../backup/question.ts";
import { storageConcern } from "../backup/storage-concern.ts";
import { dockerView } from "../host/docker-view.ts";
import type { HostView } from "../host/host-view.ts";
import { restartWarnings } from "../host/restarting.ts";
import { checkNames, namesAnswer, namesQuestion } from "../gateway/taken-names.ts";
import type { HostConnection } from "../host/ssh-config.ts";
import { defined } from "../input/defined.ts";
import { jobConcerns } from "../job/concern.ts";
import { askJobs } from "../job/question.ts";
import { namesOf } from "../naming/names.ts";
import type { ReleaseRecord } from "../plan/release-record.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import type { AskGateway } from "../release/route-agreement.ts";
import { routeSince } from "../release/route-since.ts";
import { hasOwnDatabase } from "../settings/external.ts";
import { settingsOfNames } from "../settings/host-names.ts";
import { kinds } from "../settings/kinds.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import type { ReleasedEnvironmentArgs } from "./released-environment.ts";

/** The environment that the release is of. */
interface Environment {
  readonly application: Pick<Application, "postgres" | "services">;
  readonly settings: ReleasedSettings;
}

/** The known facts of the release that runs, before another one takes its place. */
export interface RunningRelease {
  /** The time since which the host's gateway serves what the state says. */
  readonly routeSince: string;
  /** What is wrong with it: copies that end again and again, and backups that are not taken. */
  readonly concerns: readonly string[];
  /** Why its backups do not let anything new be released; left out where they do. */
  readonly unproven?: string;
}

/** Asks the host of the release that runs as soon as it is reached; problems are reported when the hosts are well. */
export function lookAtRunning(
  environment: Environment,
  connection: HostConnection,
  before: {
    readonly reached: Promise<void> | undefined;
    readonly shared: Promise<Pick<ReleasedEnvironmentArgs, "gateway">>;
  },
): Promise<RunningRelease> {
  const names = namesOf(environment.settings.namespace);
  const outputs = stackOutputsOf(pulumi.getStack());
  const host = dockerView(connection);
  const run: AskGateway = async (...asked) => {
    await before.reached;
    return host.run(...asked);
  };
  const looking = async (): Promise<RunningRelease> => {
    const { gateway } = await before.shared;
    const site = { gateway: gateway?.containerName ?? names.gateway, name: names.namespace };
    const [since, restarting, backups] = await Promise.all([
      routeSince(site, run, outputs),
      restartWarnings(await outputs, connection.host, async (copies) => {
        await before.reached;
        return host.restarting(copies);
      }),
      (await outputs)?.release === undefined
        ? { concerns: [] }
        : lookAtBackups(environment, connection.host, { run }),
      gateway && checkNamesAt(gateway.containerName, environment, run),
    ]);
    return { routeSince: since, ...backups, concerns: [...restarting, ...backups.concerns] };
  };
  const running = looking();
  running.catch(() => undefined);
  return running;
}

/** Makes sure that no other environment of a shared gateway answers for the host names of this one. */
async function checkNamesAt(
  gateway: string,
  { application, settings }: Environment,
  ask: AskGateway,
): Promise<void> {
  const answer = await ask(gateway, namesQuestion);
  const names = settingsOfNames(settings, routedDomains(application));
  if (answer !== undefined) checkNames(names, settings.namespace, namesAnswer(answer));
}

/** What is wrong with the jobs of the release that runs: those that it ran by a schedule, too. */
export async function jobConcernsOf(
  application: Application,
  { settings, current }: { readonly settings: ReleasedSettings; readonly current: ReleaseRecord | undefined },
  { host, view }: { readonly host: string; readonly view: Pick<HostView, "run"> },
): Promise<string[]> {
  const { environment, namespace } = settings;
  const before = Object.entries(current?.description?.jobs ?? {}).flatMap(([job, { schedule }]) =>
    schedule === undefined ? [] : [job],
  );
  const jobs = kinds[environment].schedules ? Object.keys(scheduledJobs(application, environment)) : [];
  if (!jobs.some((job) => before.includes(job))) return [];
  const container = namesOf(namespace).scheduledJobs;
  const place = { stack: environment, host, container, now: new Date() };
  return jobConcerns(await askJobs(view, container), place);
}

/** What is wrong with the backups of a release that runs, where its settings ask for some. */
async function lookAtBackups(
  { application, settings }: Environment,
  host: string,
  view: Pick<HostView, "run">,
): Promise<Pick<RunningRelease, "concerns" | "unproven">> {
  if (!("backup" in settings) || !hasOwnDatabase(application, settings)) return { concerns: [] };
  const container = namesOf(settings.namespace).backups;
  const [stack, now] = [settings.environment, new Date()];
  const state = await askBackups(view, container);
  const concerns = [
    backupConcern(state, { stack, host, container, now }),
    drillConcern(state, stack, now),
    storageConcern(state, { stack, now }),
  ];
  const within = settings.backup.restoreProvenWithin;
  return {
    concerns: concerns.filter((concern) => concern !== undefined),
    ...defined({ unproven: unprovenProblem(state, { stack, now, ...defined({ within }) }) }),
  };
}
