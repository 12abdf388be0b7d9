import { show, suggestion } from "../input/input-checks.ts";
import type { Application, RunningEnvironment, Service } from "./application.ts";
import { serviceNeeds } from "./needs.ts";
import { answeredBy, smokeIn, withWhatTheySave } from "./smoke-here.ts";

/** The environments that services run in. */
export const runningEnvironments = [
  "local",
  "preview",
  "staging",
  "production",
] as const satisfies readonly RunningEnvironment[];

type Placed = Pick<Service, "only" | "profiles">;
type Described = Pick<Application, "services" | "migrations">;

/** What tells which services run. */
export interface Surroundings {
  readonly environment: RunningEnvironment;
  readonly profiles: readonly string[];
}

/** Tells whether a service runs: one with profiles does where one of them is switched on, as in Compose. */
function runs({ only, profiles }: Placed, where: Surroundings): boolean {
  const isHere = only === undefined || only.includes(where.environment);
  return isHere && (profiles === undefined || profiles.some((profile) => where.profiles.includes(profile)));
}

/** Tells whether a service runs in an environment with releases, and not only locally. */
function isReleased({ only }: Pick<Placed, "only">): boolean {
  return only?.some((name) => name !== "local") ?? true;
}

/** The images of services that run in an environment with releases, and those that no service has: what is published. */
export function publishedImages({ images, services }: Pick<Application, "images" | "services">): string[] {
  return Object.keys(images).filter((image) => {
    const users = Object.values(services).filter((service) => service.image === image);
    return users.length === 0 || users.some(isReleased);
  });
}

/**
 * The application without what is there only locally: the part that a release's record keeps, since another environment, with
 * profiles of its own, takes the release from there.
 */
export function releasable(application: Application): Application {
  const published = publishedImages(application);
  const absent = Object.entries(application.services).flatMap(([name, service]) =>
    isReleased(service) ? [] : [name],
  );
  const smoke = withWhatTheySave(application.smoke, isReleased);
  const released = smoke.length === application.smoke.length ? application : { ...application, smoke };
  if (absent.length === 0) return released;
  return {
    ...withServices(released, (name) => !absent.includes(name)),
    images: chosen(application.images, (name) => published.includes(name)),
    volumes: application.volumes.filter((volume) => {
      const users = Object.keys(application.services).filter((name) =>
        Object.hasOwn(application.services[name]?.volumes ?? {}, volume),
      );
      // One that nobody uses is declared to be kept.
      return users.length === 0 || users.some((name) => !absent.includes(name));
    }),
    absent,
  };
}

/**
 * The application with the services that run in an environment, with the routes and secrets of those, and with the smoke
 * checks that are for it.
 * An environment with releases keeps every image that is published, so that what staging proved is whole.
 *
 * The application must have passed `runningProblems`.
 */
export function runningIn(application: Application, where: Surroundings): Application {
  const all = Object.entries(application.services);
  const running = all.filter(([, service]) => runs(service, where));
  const smoke = smokeIn(application.smoke, where.environment);
  const asked = application.smoke.every(({ only }) => only === undefined)
    ? application
    : { ...application, smoke };
  if (all.every(([, { only, profiles }]) => only === undefined && profiles === undefined)) return asked;
  const images =
    where.environment === "local" ? running.map(([, { image }]) => image) : publishedImages(application);
  const absent = all.filter((one) => !running.includes(one)).map(([name]) => name);
  return {
    ...withServices(asked, (name) => !absent.includes(name)),
    services: Object.fromEntries(running.map(([name, service]) => [name, withoutPlace(service)])),
    images: chosen(application.images, (name) => images.includes(name)),
    absent: [...(application.absent ?? []), ...absent],
  };
}

/** The application with some of its services, their secrets and the smoke checks of their routes. */
function withServices(application: Application, isChosen: (name: string) => boolean): Application {
  const services = chosen(application.services, isChosen);
  const secrets = new Set(Object.values(services).flatMap((service) => service.secrets));
  return {
    ...application,
    services,
    secrets: chosen(application.secrets, (name) => secrets.has(name)),
    smoke: answeredBy(application, { services }),
  };
}

/** The problems of where services run that no setting can change: what is needed is absent where it is needed. */
export function runningProblems(application: Described): string[] {
  const { migrations, services } = application;
  const migrating = migrations === undefined ? undefined : services[migrations.service];
  const limited = (["only", "profiles"] as const).filter((field) => migrating?.[field] !== undefined);
  const needs = Object.entries(services).flatMap(([name, service]) =>
    serviceNeeds(application, name).flatMap((need) => {
      const missing = (service.only ?? runningEnvironments).filter(
        (environment) => services[need]?.only?.includes(environment) === false,
      );
      if (missing.length === 0) return [];
      return [
        `${needPlace(application, name, need)}: the service does not run in ${missing.join(", ")}, got ${show(need)}; remove the need, or widen services.${need}.only`,
      ];
    }),
  );
  return [
    ...limited.map(
      (field) =>
        `migrations.service: expected a service that runs everywhere, got ${show(migrations?.service)}; remove services.${migrations?.service}.${field}, or name another service`,
    ),
    ...needs,
  ];
}

/** The problems of an environment's profiles: unknown ones, a need of a service that is off, and no service at all. */
export function profileProblems(application: Described, where: Surroundings): string[] {
  const { services } = application;
  const known = [...new Set(Object.values(services).flatMap(({ profiles }) => profiles ?? []))];
  const isOff = (name: string): boolean => services[name] !== undefined && !runs(services[name], where);
  const running = Object.keys(services).filter((name) => !isOff(name));
  return [
    ...where.profiles.flatMap((profile, index) =>
      known.includes(profile)
        ? []
        : [
            `towpath:profiles[${index}]: no service has this profile, got ${show(profile)}; ${known.length > 0 ? suggestion(profile, known) : "remove it"}`,
          ],
    ),
    ...(running.length === 0
      ? [
          `services: expected one that runs in ${where.environment}, got none; leave only or profiles out of one`,
        ]
      : []),
    ...running.flatMap((name) =>
      serviceNeeds(application, name)
        .filter(isOff)
        .map((need) => {
          const profile = services[need]?.profiles?.[0] ?? "";
          return `${needPlace(application, name, need)}: the service is off in ${where.environment}, got ${show(need)}; add ${show(profile)} to towpath:profiles, or give services.${name} the same profiles`;
        }),
    ),
  ];
}

function needPlace({ services }: Pick<Application, "services">, service: string, need: string): string {
  return `services.${service}.needs[${services[service]?.needs.indexOf(need) ?? -1}]`;
}

function withoutPlace({ only: _, profiles: __, ...service }: Service): Service {
  return service;
}

function chosen<T>(map: Readonly<Record<string, T>>, isChosen: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => isChosen(name)));
}
