import type { Application, PathRequest, RunningEnvironment, Smoke, SmokeCommand } from "./application.ts";
import { routeOf } from "./routes.ts";
import { referencesOf, savedIn, secretIn } from "./smoke-references.ts";

/** The services that run, and what they have. */
type Running = Pick<Application, "services">;

/**
 * The smoke checks that can be asked where only these services run: of their routes, with commands of theirs and with secrets
 * that one of them has.
 */
export function answeredBy(application: Application, { services }: Running): Smoke[] {
  const secrets = new Set(Object.values(services).flatMap((service) => service.secrets));
  return withWhatTheySave(application.smoke, (check) => {
    if ("command" in check) return Object.hasOwn(services, check.service);
    const hasSecrets = referencesOf(check).every((reference) => {
      const secret = secretIn(reference);
      return secret === undefined || secrets.has(secret);
    });
    const route = "path" in check ? routeOf(application, check.path) : undefined;
    return hasSecrets && (route === undefined || Object.hasOwn(services, route.service));
  });
}

/** The smoke checks that are for an environment; it is no more said of them which those are. */
export function smokeIn(smoke: readonly Smoke[], environment: RunningEnvironment): Smoke[] {
  return withWhatTheySave(smoke, ({ only }) => only?.includes(environment) ?? true).map(
    ({ only: _, ...check }) => check as Smoke,
  );
}

/** Those of the checks that are chosen, without any that use what one of the others would have saved. */
export function withWhatTheySave(smoke: readonly Smoke[], isChosen: (check: Smoke) => boolean): Smoke[] {
  const saved = new Set<string>();
  return smoke.filter((check) => {
    if (!isChosen(check)) return false;
    const uses = referencesOf(check).flatMap((reference) => savedIn(reference) ?? []);
    if (!uses.every((name) => saved.has(name))) return false;
    if ("save" in check) for (const name of Object.keys(check.save ?? {})) saved.add(name);
    return true;
  });
}

/** Tells whether a check does nothing but read a path: it may be asked as often as one likes, by itself and in any order. */
export function onlyReads(check: Smoke): check is PathRequest {
  if (!("path" in check)) return false;
  const { method = "GET", headers = {}, body, form, save, retries } = check;
  // Who asks is told by the gateway's own checks, by password or as one of a canary's clients.
  const saysWho = Object.keys(headers).some((name) =>
    ["authorization", "cookie"].includes(name.toLowerCase()),
  );
  return (
    (method === "GET" || method === "HEAD") &&
    !saysWho &&
    [body, form, save, retries].every((one) => one === undefined) &&
    referencesOf(check).every(
      (reference) => savedIn(reference) === undefined && secretIn(reference) === undefined,
    )
  );
}

/** The secrets that the smoke checks refer to, each with a service that has it. */
export function secretsOfSmoke({
  smoke,
  services,
}: Pick<Application, "smoke" | "services">): Record<string, string> {
  const secrets = new Set(
    smoke.flatMap((check) => referencesOf(check)).flatMap((reference) => secretIn(reference) ?? []),
  );
  return Object.fromEntries(
    [...secrets].flatMap((secret) => {
      const owner = Object.keys(services).find((name) => services[name]?.secrets.includes(secret));
      return owner === undefined ? [] : [[secret, owner]];
    }),
  );
}

/** The time between two tries where nothing is said of it, in seconds. */
const usualInterval = 5;

/** The time that a command may take where nothing is said of it, in seconds. */
const usualTimeout = 60;

/** How often a check is tried again where it says so. */
export function triesOf({
  retries = 0,
  everySeconds = usualInterval,
}: Pick<Smoke, "retries" | "everySeconds">): {
  readonly retries: number;
  readonly everySeconds: number;
} {
  return { retries, everySeconds };
}

/** The seconds that a command may take. */
export function timeoutOf({ timeoutSeconds = usualTimeout }: Pick<SmokeCommand, "timeoutSeconds">): number {
  return timeoutSeconds;
}
