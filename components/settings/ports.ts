import { z } from "zod";

import type { Application } from "../application/application.ts";
import { serverNames, serversOf } from "../application/needs.ts";
import { expected, suggestion } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";

/** Ports of this machine, by the name of the service or backing service that they lead to. */
export type Ports = Readonly<Record<string, number>>;

const portWords = expected("a port from 1 to 65535", "choose a free one, for example 5433");

const once = {
  error: ({ input }: { input?: unknown }) => {
    const [first = "", second = "", port = 0] = shared(input as Ports) ?? [];
    return `expected a port of its own for each, got ${port} for ${first} and ${second}; choose another for one of them`;
  },
};

/** The settings of an environment on this machine, as far as its ports go. */
interface Portable {
  readonly environment: "local" | "ci";
  readonly ports?: Ports;
  readonly reuse?: "none" | "local";
}

/** The setting of the ports that lead to services and backing services. */
export const ports = z
  .record(z.string(), z.int(portWords).min(1, portWords).max(65535, portWords))
  .refine((given) => shared(given) === undefined, once)
  .exactOptional();

/** Returns the first two names that were given the same port, and the port. */
function shared(given: Ports): [string, string, number] | undefined {
  const names = new Map<number, string>();
  for (const [name, port] of Object.entries(given)) {
    const before = names.get(port);
    if (before !== undefined) return [before, name, port];
    names.set(port, name);
  }
  return undefined;
}

/**
 * Checks that the ports of an environment's settings lead to something that it has.
 *
 * @throws InputError with all that cannot be published
 */
export function checkPorts(application: Application, settings: Portable): void {
  const { ports: given = {} } = settings;
  const data: readonly string[] = serversOf(application);
  const known = settings.environment === "ci" ? data : [...Object.keys(application.services), ...data];
  const problems = Object.keys(given).flatMap((name) => {
    const path = `towpath:ports.${name}`;
    const service = Object.hasOwn(application.services, name) ? application.services[name] : undefined;
    if (settings.environment === "ci" && service !== undefined) {
      return [`${path}: expected a backing service, got a service, and ci starts none; remove it`];
    }
    if (!known.includes(name)) {
      const fix = known.length > 0 ? suggestion(name, known) : "remove it";
      return [`${path}: the application has no such service or backing service; ${fix}`];
    }
    if (service !== undefined && service.port === undefined) {
      return [
        `${path}: expected a service that listens, got ${name}, which has no port; set services.${name}.port, or remove it`,
      ];
    }
    return settings.environment === "ci" && settings.reuse === "local" && name !== "redis"
      ? [
          `${path}: expected a server of its own, got that of the local environment, by towpath:reuse; publish it in Pulumi.local.yaml`,
        ]
      : [];
  });
  if (problems.length > 0) throw new InputError(problems);
}

/**
 * Checks that the gateway's own port is none of those that lead to something else.
 *
 * @throws InputError with the one that is
 */
export function checkGatewayPort({ port }: { readonly port: number }, published: Ports): void {
  const same = Object.keys(published).find((name) => published[name] === port);
  if (same === undefined) return;
  throw new InputError([
    `towpath:ports.${same}: expected another port than the gateway's, got ${port}; choose another, or set towpath:port`,
  ]);
}

/** The ports that lead to backing services, without those of services. */
export function dataPorts(published: Ports): Ports {
  const all = Object.entries(published);
  return Object.fromEntries(all.filter(([name]) => isData(name)));
}

/** The ports that lead to services, without those of backing services. */
export function servicePorts(published: Ports): Ports {
  const all = Object.entries(published);
  return Object.fromEntries(all.filter(([name]) => !isData(name)));
}

/** Tells whether the name is a backing service's, which no service can have. */
export function isData(name: string): boolean {
  return (serverNames as readonly string[]).includes(name);
}
