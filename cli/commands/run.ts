import { join } from "node:path";
import type { Application, Service } from "../../components/application/application.ts";
import { objectStoragePort } from "../../components/application/connections.ts";
import { isReadyMade } from "../../components/application/images.ts";
import { parseApplication } from "../../components/application/parse.ts";
import { isStopFirst } from "../../components/application/rollout.ts";
import { describedRoutes, routeInWords } from "../../components/application/routes.ts";
import { runningHere } from "../../components/settings/running-here.ts";
import { portsIn } from "../../components/environment/local-run.ts";
import { show, suggestion } from "../../components/input/input-checks.ts";
import { until } from "../../components/input/until.ts";
import { namesOf } from "../../components/naming/names.ts";
import { withoutProvidedNode } from "../../setup/own-path.mjs";
import { docker, rankOf } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { readInputs } from "../on-this-machine/container.ts";
import { inForeground } from "../on-this-machine/foreground.ts";
import {
  inputsOf,
  throughTunnels,
  used,
  type Address,
  type ProgramInputs,
} from "../on-this-machine/inputs.ts";
import { isFree } from "../on-this-machine/ports.ts";
import { followServiceRuns, gatewayAddress } from "../on-this-machine/route.ts";
import { ServiceRunFolder } from "../on-this-machine/service-runs.ts";
import { accepts, bridgeTo, tunnelTo, type Listener } from "../on-this-machine/tunnel.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { stackOutputs } from "../pulumi/state.ts";
import { open, type Session } from "../stack/session.ts";
import type { Progress } from "../terminal/progress.ts";

/** The arguments of `towpath run`. */
export interface RunRequest {
  readonly service: string;
  /** The program and its arguments, which start the service. */
  readonly command: readonly string[];
  /** The port that it listens on; the service's own unless it is given. */
  readonly port: number | undefined;
}

/** The time between two looks whether the service accepts connections, in milliseconds. */
const interval = 100;

/**
 * Runs a service on this machine, in place of its container, until it ends or is interrupted: with the container's
 * variables and secrets, its backing services at ports of this machine, and the gateway's requests.
 *
 * @returns the exit code of the command
 */
export async function runService(asked: RunRequest, progress: Progress, project: Project): Promise<number> {
  const application = parseApplication(project.application);
  const service = serviceOf(application, asked.service);
  const session = await open("look", progress, project);
  const { container, gateway } = containersOf(session, asked.service);
  const running = runningHere(application, session.settings);
  const port = service.port === undefined ? undefined : (asked.port ?? service.port);
  if (port !== undefined && !(await isFree(port))) throw new Problem(servicePortInUse(port));

  const environment = {
    application: running,
    namespace: session.namespace,
    gateway,
    ports: portsIn(stackOutputs(session.deployment)),
  };
  const folder = ServiceRunFolder.claim(project, session.namespace, asked.service);
  const closing: (() => Promise<unknown>)[] = [
    async () => {
      folder.empty();
      try {
        await followServiceRuns(project, environment);
        folder.remove();
      } catch {
        progress.say(
          `${asked.service}: the gateway cannot be told that it is gone; the next "npm start" tells it`,
        );
      }
    },
  ];
  try {
    const inputs = await reachable(
      inputsOf(await readInputs(run, container)),
      session.namespace,
      gateway,
      closing,
    );
    if (service.routes.length === 0 || isStopFirst(service)) await replaceContainer(container, closing);
    const variables = {
      ...withoutProvidedNode(process.env),
      ...inputs.variables,
      ...folder.writeSecrets(inputs.secrets),
      ...(port !== undefined && { PORT: String(port) }),
    };
    const context = contextOf(application, service);
    const launch = {
      command: asked.command,
      folder: join(project.root, context),
      environment: variables,
    };
    progress.say(`${asked.service}: runs on this machine, in ${context}; Ctrl+C ends it`);
    progress.stop();
    return await inForeground(launch, async (ended) => {
      if (port === undefined || service.routes.length === 0 || !(await listens(port, ended))) return;
      const bridge = await bridgeFrom(session.namespace, port, closing);
      folder.note({ pid: process.pid, address: bridge });
      await followServiceRuns(project, environment);
      progress.say(
        `${asked.service}: the gateway sends it ${describedRoutes(service).map(routeInWords).join(", ")} now`,
      );
    });
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** The folder that the service's image is built from; of a ready-made one, the project. */
function contextOf({ images }: Application, { image: name }: Service): string {
  const image = images[name];
  return image === undefined || isReadyMade(image) ? "." : image.context;
}

function serviceOf({ services }: Application, name: string): Service {
  const service = services[name];
  if (service !== undefined) return service;
  throw new Problem(`run: no such service, got ${show(name)}; ${suggestion(name, Object.keys(services))}`);
}

/** The service's container, and the gateway's; all that the service may need has to run. */
function containersOf({ view, namespace }: Session, service: string): { container: string; gateway: string } {
  const container = view.containers.find(({ part, release }) => part === service && release !== undefined);
  const gateway = view.containers.find((one) => rankOf(one) === "gateway");
  const stopped = view.containers.filter((one) => one.part !== service && !isUp(one.state));
  if (container === undefined || gateway === undefined || stopped.length > 0) {
    throw new Problem(notRunning(namespace));
  }
  return { container: container.name, gateway: gateway.name };
}

/** Says that the containers do not run. */
export function notRunning(namespace: string): string {
  return `run: the service needs the other containers of ${namespace}, got none that run; start them with "npm start"`;
}

/** Says that another program listens where the service would. */
export function servicePortInUse(port: number): string {
  return `run: port ${port} is in use by another program; choose another with --port ${port + 1}, and let the command listen there`;
}

/** Opens a tunnel to each backing service that the inputs lead to, and leads them through it. */
async function reachable(
  inputs: ProgramInputs,
  namespace: string,
  gateway: string,
  closing: (() => Promise<unknown>)[],
): Promise<ProgramInputs> {
  const names = namesOf(namespace);
  const servers: Address[] = [
    { host: names.postgres, port: 5432 },
    { host: names.redis, port: 6379 },
    { host: names.objectStorage, port: objectStoragePort },
  ];
  const tunnels: { server: Address; port: number }[] = [];
  for (const server of used(inputs, servers)) {
    const tunnel = await tunnelTo(server, gateway);
    closing.push(() => tunnel.close());
    tunnels.push({ server, port: tunnel.port });
  }
  return throughTunnels(inputs, tunnels);
}

/** A service without routes would share its work with its container, and of some never two run: it rests meanwhile. */
async function replaceContainer(container: string, closing: (() => Promise<unknown>)[]): Promise<void> {
  await docker(run, ["stop", container]);
  // A release may have replaced it meanwhile.
  closing.push(() => run("docker", ["start", container]));
}

/** Waits until the service accepts connections; false when it ends before. */
async function listens(port: number, ended: AbortSignal): Promise<boolean> {
  await until(
    () => ended.aborted || accepts(port),
    (over) => over,
    { deadline: Infinity, interval },
  );
  return !ended.aborted;
}

/**
 * Opens a way from the gateway to a port of this machine, and returns its address there. On Linux that is the address
 * of the containers' network here, which nobody else reaches; Docker Desktop has that network in a machine of its own,
 * and a name for this one.
 */
async function bridgeFrom(
  namespace: string,
  port: number,
  closing: (() => Promise<unknown>)[],
): Promise<string> {
  const address = await gatewayAddress(run, namespace);
  let bridge: Listener;
  try {
    bridge = await bridgeTo(port, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRNOTAVAIL") throw error;
    return `host.docker.internal:${port}`;
  }
  closing.push(() => bridge.close());
  return `${address}:${bridge.port}`;
}
