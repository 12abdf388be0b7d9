import { nearest, show } from "../input/input-checks.ts";
import type { Application } from "./application.ts";

/** The backing services that a service can need. */
export const backingServices = ["postgres", "redis"] as const;

/** The servers that hold an application's data, by the names of their parts. */
export const serverNames = ["postgres", "redis", "object-storage"] as const;

export type ServerName = (typeof serverNames)[number];

/** The servers that an application has. */
export function serversOf({
  postgres,
  redis,
  buckets,
}: Pick<Needing, "postgres" | "redis" | "buckets">): ServerName[] {
  const has = {
    postgres: postgres !== undefined,
    redis: redis !== undefined,
    "object-storage": buckets.length > 0,
  };
  return serverNames.filter((name) => has[name]);
}

/** The declarations of the backing services, for the messages that ask for them. */
const declarations = {
  postgres: { title: "PostgreSQL", example: "postgres: { version: 15 }" },
  redis: { title: "Redis", example: "redis: { version: 7 }" },
};

type Needing = Pick<Application, "services" | "postgres" | "redis" | "buckets">;

/** The problems of what services need: undeclared, unknown, named twice, or needed in a circle. */
export function needsProblems(application: Needing): string[] {
  const known = [...backingServices, ...application.buckets, ...Object.keys(application.services)];
  const problems = Object.entries(application.services).flatMap(([service, { needs }]) =>
    needs.flatMap((need, index) => {
      const path = `services.${service}.needs[${index}]`;
      if (needs.indexOf(need) < index)
        return [`${path}: needed twice, got ${show(need)}; remove one of them`];
      if (isBackingService(need)) return backingServiceProblem(application, path, need);
      if (known.includes(need)) return [];
      const meant = nearest(need, known);
      const fix =
        meant === undefined
          ? "declare it in buckets or services, or remove the need"
          : `did you mean "${meant}"`;
      return [`${path}: no such backing service, bucket or service, got ${show(need)}; ${fix}`];
    }),
  );
  return [...problems, ...cycleProblems(application)];
}

/** The problem of a need for a backing service that is not declared. */
export function backingServiceProblem(
  application: Pick<Application, "postgres" | "redis">,
  path: string,
  need: (typeof backingServices)[number],
): string[] {
  if (application[need] !== undefined) return [];
  const { title, example } = declarations[need];
  return [`${path}: no ${title} is declared, got ${show(need)}; add ${example} to the application`];
}

/** Tells whether the need is one for a backing service. */
export function isBackingService(need: string): need is (typeof backingServices)[number] {
  return (backingServices as readonly string[]).includes(need);
}

/**
 * The services in the order in which a release brings them up: each layer needs only what stands in layers before it.
 *
 * The application must have passed its checks; services in a circle would be in no layer.
 */
export function layers(application: Pick<Application, "services">): string[][] {
  const result: string[][] = [];
  const placed = new Set<string>();
  let waiting = Object.keys(application.services);
  while (waiting.length > 0) {
    const ready = waiting.filter((service) =>
      serviceNeeds(application, service).every((need) => placed.has(need)),
    );
    if (ready.length === 0) throw new Error(`services in a circle: ${waiting.join(", ")}`);
    result.push(ready);
    for (const service of ready) placed.add(service);
    waiting = waiting.filter((service) => !placed.has(service));
  }
  return result;
}

/** The other services that a service needs. */
export function serviceNeeds({ services }: Pick<Application, "services">, service: string): string[] {
  return services[service]?.needs.filter((need) => Object.hasOwn(services, need)) ?? [];
}

/** Walks the needs depth first; a need of a service that is still being walked closes a circle. */
function cycleProblems(application: Needing): string[] {
  const problems: string[] = [];
  const walked = new Set<string>();
  const walk = (service: string, trail: readonly string[]): void => {
    const start = trail.indexOf(service);
    if (start >= 0) {
      const cycle = [...trail.slice(start), service];
      problems.push(`services.${service}.needs: cycle ${cycle.join(" -> ")}; remove one of these needs`);
      return;
    }
    if (walked.has(service)) return;
    walked.add(service);
    for (const need of serviceNeeds(application, service)) walk(need, [...trail, service]);
  };
  for (const service of Object.keys(application.services)) walk(service, []);
  return problems;
}
