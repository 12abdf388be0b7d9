import { z } from "zod";
import { expected, show } from "../input/input-checks.ts";
import type { Service } from "./application.ts";

/** A port of the host that leads to one of a service's copy. */
export interface HostPort {
  readonly published: number;
  readonly target: number;
  readonly protocol: "tcp" | "udp";
}

const words = expected(
  "a port of the host and one of the container, as Compose writes them",
  'for example "25:2525", or "53:53/udp"',
);
const listWords = expected("at least one port", 'for example ["25:2525"], or leave it out');

/** The ports that a service publishes. */
export const publishedPorts = z
  .array(
    z.string(words).refine((text) => portOf(text) !== undefined, words),
    listWords,
  )
  .min(1, listWords);

/** The ports that the gateway of a host has, by their protocols. */
const gatewayPorts = { tcp: [80, 443], udp: [443] };

type Publishing = Readonly<Record<string, Pick<Service, "ports" | "rollout">>>;

/** The ports that a service publishes, each with its place in messages. */
export function hostPorts(
  name: string,
  { ports = [] }: Pick<Service, "ports">,
): (HostPort & { readonly path: string; readonly given: string })[] {
  return ports.flatMap((given, index) => {
    const port = portOf(given);
    return port === undefined ? [] : [{ ...port, given, path: `services.${name}.ports[${index}]` }];
  });
}

/** A port in few words: `25`, or `53/udp`. */
export function portInWords({ published, protocol }: Omit<HostPort, "target">): string {
  return protocol === "tcp" ? String(published) : `${published}/${protocol}`;
}

/** The problems of published ports: those that another has, and copies that could not have one after the other. */
export function publishedPortProblems({ services }: { readonly services: Publishing }): string[] {
  const owners = new Map<string, string>();
  return Object.entries(services).flatMap(([name, service]) => {
    const problems: string[] = [];
    if (service.ports !== undefined && service.rollout === "start-first") {
      problems.push(
        `services.${name}.rollout: two copies cannot have one port of the host, got "start-first" beside ports; write "stop-first", or remove it`,
      );
    }
    for (const port of hostPorts(name, service)) {
      const { published, protocol, path, given } = port;
      const key = portInWords(port);
      const owner = owners.get(key);
      if (gatewayPorts[protocol].includes(published))
        problems.push(
          `${path}: the gateway has port ${key} of the host, got ${show(given)}; choose another port, or give the service routes`,
        );
      else if (owner !== undefined)
        problems.push(`${path}: the port is published by ${owner}, got ${show(given)}; choose another port`);
      else owners.set(key, path);
    }
    return problems;
  });
}

function portOf(text: string): HostPort | undefined {
  const [, published, target, protocol = "tcp"] = /^(\d{1,5}):(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  if (!isPort(Number(published)) || !isPort(Number(target))) return undefined;
  return { published: Number(published), target: Number(target), protocol: protocol as HostPort["protocol"] };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
