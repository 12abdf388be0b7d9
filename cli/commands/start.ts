import { reloadingServices } from "../../components/application/development.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { runningHere } from "../../components/settings/running-here.ts";
import { portsIn, type PublishedPorts } from "../../components/environment/local-run.ts";
import { restartingInWords } from "../../components/host/restarting.ts";
import { until } from "../../components/input/until.ts";
import { namesOf } from "../../components/naming/names.ts";
import { listContainers, withRestarts, type Container } from "../docker/containers.ts";
import { isLocal } from "../docker/endpoint.ts";
import { checkLocalEngine } from "../docker/local-engine.ts";
import { viewWholeEngine } from "../drift/engine.ts";
import { cannotMount, portInUse } from "../failures.ts";
import { connectionsOf, writeConnections, type Connections } from "../on-this-machine/connections.ts";
import { isFree } from "../on-this-machine/ports.ts";
import { followServiceRuns } from "../on-this-machine/route.ts";
import { leftServiceRuns } from "../on-this-machine/service-runs.ts";
import { checkOutcome } from "../outcome.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { runOperation, type Outcome } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { createStack } from "../stack/create.ts";
import { prepareEnvFile } from "../stack/env-file.ts";
import { clearInterruptedRun } from "../stack/interrupted-run.ts";
import { goingVolumes } from "../stack/going-volumes.ts";
import { machine, open, wake, type Session } from "../stack/session.ts";
import type { Progress, Step } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";

/** The result of `npm start`; `--json` prints it as it is. */
export interface Started {
  readonly url: string;
  readonly namespace: string;
  readonly port: number;
  readonly release: { readonly id: string; readonly images: Readonly<Record<string, string>> };
  readonly services: Readonly<Record<string, { readonly container: string; readonly health: string }>>;
  /** The services that serve an edit of their source at once. */
  readonly reload: readonly string[];
  /** The numbers of resources that were made, changed, removed and left as they were. */
  readonly changes: Readonly<Record<string, number>>;
  /** The addresses of the services and backing services that are published, without passwords, by name. */
  readonly connections: Connections;
  /** The file with the connections to the published backing services, passwords included; null where none is. */
  readonly connectionsFile: string | null;
  readonly seconds: number;
}

/** Sets up the machine, then runs `pulumi up` of the local environment. */
export async function start(
  progress: Progress,
  { refresh }: { refresh: boolean },
  project: Project,
): Promise<Started> {
  const began = Date.now();
  const session = await open("start", progress, project);
  await checkPort(session);
  await checkEngine(session);
  const reload = reloading(session);
  for (const line of await prepareEnvFile(project.root, session.deployment === undefined, run))
    progress.say(line);
  const outcome = await keepingSaltOut(session.call, session.ownPassphrase, async () => {
    await clearInterruptedRun({ ...session, machine }, run, progress, session);
    if (session.deployment === undefined) await createStack(session.call, run);
    for (const line of goingVolumes(session)) progress.say(line);
    await wake(session, progress);
    const looksAgain = refresh || session.drift.missing.length > 0;
    if (session.drift.missing.length > 0)
      progress.say(`missing on the engine: ${session.drift.missing.join(", ")}`);
    return runOperation("up", session.call, progress, looksAgain ? ["--refresh"] : []);
  });
  checkOutcome(outcome);
  const namespace = String(outcome.outputs.namespace);
  await keepServiceRuns(project, session.settings, namespace, portsIn(outcome.outputs));
  const containers = await withRestarts(run, await recovered(namespace, progress));
  const published = await publish(project, namespace, portsIn(outcome.outputs));
  return { ...describe(outcome, containers), ...published, reload, seconds: secondsSince(began) };
}

/** Notes the connections to what is published. */
export async function publish(
  project: Project,
  namespace: string,
  ports: PublishedPorts,
): Promise<Pick<Started, "connections" | "connectionsFile">> {
  const application = parseApplication(project.application);
  const file = await writeConnections(project, application, { namespace, ports });
  return {
    connections: connectionsOf(namesIn(application, { environment: "local", namespace }), ports),
    connectionsFile: file ?? null,
  };
}

/** The seconds since then, to a tenth. */
export function secondsSince(began: number): number {
  return Math.round((Date.now() - began) / 100) / 10;
}

/** The rows for the connections. */
export function connectionRows({
  connections,
  connectionsFile,
}: Pick<Started, "connections" | "connectionsFile">): [string, string][] {
  const rows = Object.entries(connections).map(([name, address]): [string, string] => [
    `port of ${name}`,
    address,
  ]);
  return [...rows, ...(connectionsFile === null ? [] : [["passwords", connectionsFile] as [string, string]])];
}

/** The time in which a copy recovers that suffered while what it needs was gone, in seconds: three of its checks. */
const recoverySeconds = 30;

/** The containers, once the engine's own checks are not behind what was brought back, or the time is over. */
async function recovered(namespace: string, progress: Progress): Promise<Container[]> {
  let step: Step | undefined;
  const containers = await until(
    () => listContainers(run, namespace),
    (found) => {
      const ill = found.filter(({ health }) => health === "unhealthy").map(({ part }) => part);
      if (ill.length > 0) step ??= progress.step(`waiting for ${ill.join(", ")} to be healthy again`);
      return ill.length === 0;
    },
    { deadline: Date.now() + recoverySeconds * 1000, interval: 500 },
  );
  step?.done();
  return containers;
}

/** Prints what was started, for people. */
export function startedInWords(started: Started): string {
  return `${environmentTable(started)}\nurl: ${started.url}`;
}

/** The short table at the end of `npm start`: where, what, how it is, and what next. */
function environmentTable(started: Started): string {
  const table: [string, string][] = [];
  table.push(["address", started.url]);
  for (const [name, { health, container }] of Object.entries(started.services)) {
    table.push([name, `${health} (${container})`]);
  }
  table.push(...connectionRows(started));
  table.push(["release", started.release.id]);
  if (started.reload.length > 0) {
    table.push(["reload", `${started.reload.join(", ")} (an edit is served at once)`]);
  }
  const first = Object.values(started.services)[0];
  if (first !== undefined) table.push(["logs", "npx towpath logs -f"]);
  table.push(["stop", "npm stop (keeps the data), npm run destroy (removes it)"]);
  return columns(table);
}

/** The port must be free, unless our own gateway holds it; found before anything is touched. */
async function checkPort({ settings, engine, view, namespace }: Session): Promise<void> {
  if (!("port" in settings) || !isLocal(engine.endpoint)) return;
  const { port } = settings;
  const isOurs = ({ containers }: Session["view"]): boolean =>
    containers.some(({ ports }) => ports.includes(port));
  if (isOurs(view) || (await isFree(port))) return;
  // The engine may only now start the gateway of a run that was interrupted.
  const deadline = Date.now() + (view.containers.length > 0 ? lateGatewaySeconds * 1000 : 0);
  const look = async (): Promise<boolean> =>
    isOurs(await viewWholeEngine(run, namespace)) || (await isFree(port));
  if (await until(look, Boolean, { deadline, interval: 200 })) return;
  throw new Problem(portInUse(port));
}

/** The time in which an engine starts a container that it was asked for, in seconds. */
const lateGatewaySeconds = 5;

/** The engine must be able to take the environment, where none of it is there yet. */
async function checkEngine({ settings, engine, deployment }: Session): Promise<void> {
  if ((deployment?.resources.length ?? 0) > 0) return;
  await checkLocalEngine(run, engine, "port" in settings ? settings.port : undefined);
}

/** A release sends all requests to its containers; those of services that run on this machine belong there. */
async function keepServiceRuns(
  project: Project,
  settings: Session["settings"],
  namespace: string,
  ports: PublishedPorts,
): Promise<void> {
  if (!leftServiceRuns(project, namespace)) return;
  await followServiceRuns(project, {
    application: runningHere(parseApplication(project.application), settings),
    namespace,
    gateway: namesOf(namespace).gateway,
    ports,
  });
}

/** The services whose source is mounted; the engine has to run on the machine that the source is on. */
function reloading({ settings, engine, call }: Session): string[] {
  if (!("reload" in settings) || !settings.reload) return [];
  const services = reloadingServices(runningHere(parseApplication(call.project.application), settings));
  if (services.length > 0 && !isLocal(engine.endpoint)) throw new Problem(cannotMount(engine.endpoint));
  return services;
}

function describe(
  outcome: Outcome,
  containers: readonly Container[],
): Omit<Started, "reload" | "seconds" | "connections" | "connectionsFile"> {
  const outputs = outcome.outputs as Pick<Started, "url" | "namespace" | "port" | "release"> & {
    services: Record<string, { container: string }>;
  };
  const healthOf = (name: string): string => {
    const container = containers.find((one) => one.name === name);
    if (container?.restarts !== undefined) return restartingInWords(container.restarts);
    // Docker's own first check comes after some seconds; the gate's, which the release has passed, is newer.
    if (container?.health === "starting") return "healthy";
    return container === undefined ? "gone" : (container.health ?? container.state);
  };
  const services = Object.fromEntries(
    Object.entries(outputs.services).map(([service, { container }]) => [
      service,
      { container, health: healthOf(container) },
    ]),
  );
  const { url, namespace, port, release } = outputs;
  return { url, namespace, port, release, services, changes: outcome.changes };
}
