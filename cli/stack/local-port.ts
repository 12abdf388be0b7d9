import { parseApplication } from "../../components/application/parse.ts";
import { localRunVariable, portsIn, type PublishedPorts } from "../../components/environment/local-run.ts";
import type { CiSettings } from "../../components/settings/ci.ts";
import { checkPorts, isData, type Ports } from "../../components/settings/ports.ts";
import { runningHere } from "../../components/settings/running-here.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { isLocal, type Engine } from "../docker/endpoint.ts";
import { listContainers } from "../docker/containers.ts";
import { listPublished } from "../docker/published.ts";
import { isUp } from "../docker/start-stop.ts";
import { choosePort, isFree, reservePort } from "../on-this-machine/ports.ts";
import { choosePublishedPorts, type ChosenPorts } from "../on-this-machine/published-ports.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { stackOutputs, type Deployment } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { portIsGiven } from "./settings.ts";

/** The facts that a release of the local environment begins with. */
export interface BeforeRelease {
  readonly project: Project;
  readonly stack: string;
  readonly engine: Engine;
  readonly environment: NodeJS.ProcessEnv;
  readonly settings: Settings;
  readonly deployment: Deployment | undefined;
}

/** The facts with ports. */
export interface WithPorts extends Pick<BeforeRelease, "environment" | "settings"> {
  /** The ports that lead to services and backing services. */
  readonly ports: Ports;
  /** The parts whose containers get other ports than they have. */
  readonly moved: ReadonlySet<string>;
}

/**
 * The same with a port of its own, unless a person chose one, and with those for services and backing services: the
 * program reads them from variables.
 */
export async function withPort(facts: BeforeRelease, progress: Progress): Promise<WithPorts> {
  const { project, stack, engine, settings, deployment } = facts;
  if (!("port" in settings)) return { ...facts, ports: {}, moved: new Set() };
  const { namespace, ports: wanted = {} } = settings;
  checkPorts(runningHere(parseApplication(project.application), settings), settings);
  const outputs = stackOutputs(deployment);
  const before = portsIn(outputs);
  const given = portIsGiven(project, stack);
  const isAsked = Object.keys(wanted).length > 0;
  const published = given && !isAsked ? [] : await listPublished(run);
  const choice = { namespace, published, ...portsOf(engine) };
  const port = given
    ? settings.port
    : await choosePort({
        ...choice,
        wanted: Object.values(wanted),
        before: typeof outputs.port === "number" ? outputs.port : undefined,
      });
  const { ports, said } = await choosePublishedPorts({
    ...choice,
    wanted,
    before,
    // The program refuses one that a person gave to both.
    gatewayPort: given ? undefined : port,
    running: isAsked ? await runningParts(namespace) : new Set(),
  });
  for (const line of said) progress.say(line);
  const environment = {
    ...facts.environment,
    ...(!given && { TOWPATH_PORT: String(port) }),
    ...localRunVariable({ ports }),
  };
  return { environment, settings: { ...settings, port }, ports, moved: movedParts(before, ports) };
}

/** The ports of `ci`, whose containers are all new. */
export async function ciPorts(
  { namespace, ports: wanted = {} }: Pick<CiSettings, "namespace" | "ports">,
  engine: Engine,
): Promise<ChosenPorts> {
  if (Object.keys(wanted).length === 0) return { ports: {}, said: [] };
  return choosePublishedPorts({
    ...{ namespace, wanted, published: await listPublished(run), ...portsOf(engine) },
    ...{ before: {}, gatewayPort: undefined, running: new Set<string>() },
  });
}

function portsOf({ endpoint }: Engine): Pick<Parameters<typeof choosePort>[0], "isFree" | "reserve"> {
  return { isFree: isLocal(endpoint) ? isFree : () => Promise.resolve(true), reserve: reservePort };
}

async function runningParts(namespace: string): Promise<ReadonlySet<string>> {
  const containers = await listContainers(run, namespace);
  return new Set(containers.filter(({ state }) => isUp(state)).map(({ part }) => part));
}

function movedParts(before: PublishedPorts, ports: Ports): ReadonlySet<string> {
  const names = [...Object.keys(before), ...Object.keys(ports)];
  const moved = names.filter((name) => before[name]?.port !== ports[name]);
  return new Set(moved.map((name) => (isData(name) ? name : "gateway")));
}
