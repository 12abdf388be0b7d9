import { certificateFor, type CertificateTime } from "../../components/gateway/certificate-end.ts";
import { sitesAnswer, sitesQuestion, type ServedSite } from "../../components/gateway/served-site.ts";
import { restartingIn } from "../../components/host/restarting.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { defined } from "../../components/input/defined.ts";
import type { State as BackupState } from "../../components/backup/program/scheduler.mjs";
import { backupsCommand, backupsIn } from "../../components/backup/question.ts";
import type { JobState } from "../../components/job/program/scheduler.mjs";
import { jobsCommand, jobsIn } from "../../components/job/question.ts";
import { docker, lines, listAllContainers, type ContainerOf } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";
import { onHost } from "../stack/killed-release.ts";
import { lastDumps, type Dump } from "./dumps.ts";
import { loadOf, type Load } from "./load.ts";

/** An environment that a machine is asked for. */
export interface Asked {
  readonly namespace: string;
  /** The container of the gateway that serves it; left out where none does. */
  readonly gateway?: string;
  /** Left out where it has none. */
  readonly domain?: string;
  /** True when its last dump is asked for. */
  readonly backups: boolean;
  /** The container of the program that runs its jobs by their schedules; left out where none does. */
  readonly jobs?: string;
  /** The container of the program that takes its backups by a schedule; left out where none does. */
  readonly scheduledBackups?: string;
}

/** A container, as a machine reports it. */
export interface SeenContainer extends ContainerOf {
  /** The number of times that the engine started it again. */
  readonly startedAgain: number;
  /** The time when it was started last. */
  readonly since?: string;
}

/** The gateway's part of an environment, as it reports it. */
export interface SeenSite {
  /** Left out where the gateway has none of that name. */
  readonly site?: ServedSite;
  /** Left out where it has none for the domain. */
  readonly certificate?: CertificateTime;
}

/** All that a machine reports of the environments on it. */
export interface Sight {
  /** Left out where it cannot say. */
  readonly load?: Load;
  readonly containers: readonly SeenContainer[];
  /** By namespace; those whose gateway does not answer are left out. */
  readonly sites: ReadonlyMap<string, SeenSite>;
  /** The last dump, by namespace; those without one are left out. */
  readonly dumps: ReadonlyMap<string, Dump>;
  /** The jobs with a schedule, by namespace; those whose program does not answer are left out. */
  readonly jobs: ReadonlyMap<string, readonly JobState[]>;
  /** The backups that a schedule takes, by namespace; those whose program does not answer are left out. */
  readonly backups: ReadonlyMap<string, BackupState>;
}

/** The time that one question may take, in milliseconds. */
const patience = 10_000;

/**
 * Asks a machine whose connection is open once for all environments: its containers, its load, and each gateway on it.
 *
 * @throws Problem when its engine does not answer
 */
export async function lookAt(
  connection: HostConnection,
  environments: readonly Asked[],
  run: Run,
): Promise<Sight> {
  const there = onHost(connection, run);
  const gateways = [...new Set(environments.flatMap(({ gateway }) => gateway ?? []))];
  const [load, [containers, dumps], jobs, backups, ...sites] = await Promise.all([
    // Whoever has the engine's answers has most of what matters.
    loadOf(connection, patience / 1000).catch(() => undefined),
    containersAndDumps(there, environments),
    statesOf(there, environments, ({ jobs }) => jobs, jobsCommand(), jobsIn),
    statesOf(there, environments, (one) => one.scheduledBackups, backupsCommand("state"), backupsIn),
    ...gateways.map((gateway) =>
      sitesOf(
        there,
        gateway,
        environments.filter((one) => one.gateway === gateway),
      ),
    ),
  ]);
  return { ...defined({ load }), containers, dumps, jobs, backups, sites: new Map(sites.flat()) };
}

/** The answers of programs that work by a schedule, by namespace. */
async function statesOf<State>(
  there: Run,
  environments: readonly Asked[],
  programOf: (asked: Asked) => string | undefined,
  question: readonly string[],
  read: (answer: string | undefined) => State | undefined,
): Promise<Map<string, State>> {
  const asking = environments.map(async (asked) => {
    const container = programOf(asked);
    if (container === undefined) return [];
    const answer = await docker(there, ["exec", container, ...question], patience).catch(() => undefined);
    const state = read(answer);
    return state === undefined ? [] : [[asked.namespace, state] as const];
  });
  return new Map((await Promise.all(asking)).flat());
}

async function containersAndDumps(
  there: Run,
  environments: readonly Asked[],
): Promise<[SeenContainer[], Map<string, Dump>]> {
  const wanted = new Set(environments.map(({ namespace }) => namespace));
  const listed = (await listAllContainers(there, patience)).filter(({ namespace }) => wanted.has(namespace));
  if (listed.length === 0) return [[], new Map()];
  const format = "{{.Id}} {{.Name}} {{.State.Status}} {{.RestartCount}} {{.State.StartedAt}} {{.Image}}";
  const question = ["container", "inspect", "--format", format, ...listed.map(({ id }) => id)];
  // One that is gone meanwhile is an error, and the others are reported all the same.
  const { stdout } = await there("docker", question, { timeout: patience });
  const details = detailsIn(stdout);
  const containers = listed.map((container) => ({
    ...container,
    ...withDetails(container.id, stdout, details),
  }));
  const dumped = environments.filter(({ backups }) => backups).map(({ namespace }) => namespace);
  const image = details.get(containers.find(({ state }) => state === "running")?.id ?? "")?.image;
  const dumps =
    image === undefined ? new Map<string, Dump>() : await lastDumps(there, dumped, image, patience);
  return [containers, dumps];
}

/** The details of a container that `docker ps` does not show. */
interface Details {
  readonly startedAgain: number;
  readonly since: string;
  readonly image: string;
}

function detailsIn(answer: string): Map<string, Details> {
  return new Map(
    lines(answer).map((line) => {
      const [id = "", , , count, since = "", image = ""] = line.split(" ");
      return [id, { startedAgain: Number(count), since, image }];
    }),
  );
}

function withDetails(
  id: string,
  answer: string,
  details: ReadonlyMap<string, Details>,
): Pick<SeenContainer, "startedAgain" | "since" | "restarts"> {
  const found = details.get(id);
  const restarts = restartingIn(answer).get(id);
  // One that was never started began at the year 1.
  const since = found?.since.startsWith("0001-") === true ? undefined : found?.since;
  return { startedAgain: found?.startedAgain ?? 0, ...defined({ since, restarts }) };
}

async function sitesOf(
  there: Run,
  gateway: string,
  environments: readonly Asked[],
): Promise<[string, SeenSite][]> {
  const names = environments.map(({ namespace }) => namespace);
  const asked = ["exec", gateway, ...sitesQuestion(names)];
  const answer = await docker(there, asked, patience).catch(() => undefined);
  if (answer === undefined) return [];
  const { sites, certificates } = sitesAnswer(answer);
  return environments.map(({ namespace, domain }, index) => {
    const certificate = domain === undefined ? undefined : certificateFor(domain, certificates);
    return [namespace, defined({ site: sites[index], certificate })];
  });
}
