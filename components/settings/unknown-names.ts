import type { Application } from "../application/application.ts";
import { serversOf } from "../application/needs.ts";
import { suggestion } from "../input/input-checks.ts";
import type { Settings } from "./settings.ts";

/** Says that limits are of services and backing services that are none of the application's. */
export function unknownLimits(application: Application, settings: Settings): string[] {
  if (!("limits" in settings)) return [];
  const names = Object.keys(settings.limits.services ?? {});
  return unknownNames("limits.services", "service", names, [
    ...allServices(application),
    ...serversOf(application),
  ]);
}

/** Says that the service whose command makes a preview's data is none of the application's. */
export function unknownSeed({ services, absent = [] }: Application, settings: Settings): string[] {
  if (!("data" in settings) || settings.data.kind !== "seed") return [];
  const { service } = settings.data;
  const known = Object.keys(services);
  if (known.includes(service)) return [];
  if (absent.includes(service)) {
    return [
      `towpath:data.service: expected a service that runs in ${settings.environment}, got "${service}"; switch it on, or name another one`,
    ];
  }
  return [
    `towpath:data.service: expected a service of the application, got "${service}"; ${suggestion(service, known)}`,
  ];
}

/** The services that settings may name: those, too, that do not run here. */
export function allServices({ services, absent = [] }: Application): string[] {
  return [...Object.keys(services), ...absent];
}

/** Says which names of a setting the application does not have. */
export function unknownNames(
  setting: string,
  noun: string,
  names: readonly string[],
  known: readonly string[],
): string[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const fix = known.length > 0 ? suggestion(name, known) : "remove it";
      return `towpath:${setting}.${name}: the application has no such ${noun}; ${fix}`;
    });
}
