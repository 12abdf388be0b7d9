import type { PublishedPorts } from "../../components/environment/local-run.ts";
import { isData, type Ports } from "../../components/settings/ports.ts";
import { Problem } from "../problem.ts";
import type { PortChoice } from "./ports.ts";

/** The facts that the ports of services and backing services are chosen by. */
export interface PublishedPortsChoice extends Pick<
  PortChoice,
  "namespace" | "published" | "isFree" | "reserve"
> {
  /** The ports that the settings ask for. */
  readonly wanted: Ports;
  /** The ports until now. */
  readonly before: PublishedPorts;
  /** The port of the environment's own gateway; undefined where it has none. */
  readonly gatewayPort: number | undefined;
  /** The parts whose containers run, and hold their ports. */
  readonly running: ReadonlySet<string>;
}

/** The ports, and what a person has to know of those that are others than they asked for. */
export interface ChosenPorts {
  readonly ports: Ports;
  readonly said: readonly string[];
}

const lastPort = 65_535;

/**
 * The ports for services and backing services: those that the settings ask for where they can be had, else the next that
 * is free. One that stands in for another stays as long as the settings ask for that one.
 */
export async function choosePublishedPorts(choice: PublishedPortsChoice): Promise<ChosenPorts> {
  const { wanted, before } = choice;
  const ports: Record<string, number> = {};
  const said: string[] = [];
  for (const [name, asked] of Object.entries(wanted)) {
    const kept = before[name]?.wanted === asked ? before[name].port : asked;
    const reserved = new Set([
      ...Object.values(ports),
      ...Object.entries(wanted).flatMap(([other, port]) => (other === name ? [] : [port])),
    ]);
    let port = kept;
    let taker = await takerOf(port, name, choice);
    const first = taker;
    while (taker !== undefined || (port !== asked && reserved.has(port))) {
      if (++port > lastPort) throw new Problem(noPortFor(name, asked));
      taker = reserved.has(port) ? "this environment" : await takerOf(port, name, choice);
    }
    ports[name] = port;
    if (first !== undefined) said.push(standsIn(name, { asked: kept, port, taker: first }));
  }
  return { ports, said };
}

/** Says that a port is somebody else's. */
function standsIn(
  name: string,
  { asked, port, taker }: { asked: number; port: number; taker: string },
): string {
  return `towpath:ports.${name}: ${asked} is taken by ${taker}; ${name} gets ${port}`;
}

/** Says that no port is left. */
export function noPortFor(name: string, asked: number): string {
  return `towpath:ports.${name}: every port from ${asked} on is taken, got none that is free; choose a lower one, or stop what you do not need`;
}

/** Who has a port; undefined where it can be had, because it is free or held by what it is for. */
async function takerOf(
  port: number,
  name: string,
  { namespace, published, gatewayPort, running, isFree, reserve }: PublishedPortsChoice,
): Promise<string | undefined> {
  if (port === gatewayPort) return "this environment's gateway";
  const part = isData(name) ? name : "gateway";
  const holder = published.find(({ ports }) => ports.includes(port));
  const isOwn = holder?.namespace === namespace && holder.part === part;
  if (holder !== undefined && !isOwn) return `${holder.part} of ${holder.namespace}`;
  if (isOwn && running.has(part)) return undefined;
  if (!reserve(port)) return "another start";
  return (await isFree(port)) ? undefined : "another program";
}
