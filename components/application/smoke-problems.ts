import { place as placeOf, show, suggestion } from "../input/input-checks.ts";
import type { Smoke, SmokeRequest } from "./application.ts";
import { domainReferences, isOfNoDomain, referencesIn, targetOf } from "./references.ts";
import { routeOf } from "./routes.ts";
import type { WellFormed } from "./schema.ts";
import { savedIn, savedPrefix, secretIn } from "./smoke-references.ts";
import { textsOf } from "./smoke-texts.ts";

/** The problems of smoke checks: references to nothing, values that are used before they are saved, services that nobody describes. */
export function smokeProblems({
  smoke,
  services,
  domains,
}: Pick<WellFormed, "smoke" | "services" | "domains">): string[] {
  const secrets = [...new Set(Object.values(services).flatMap((service) => service.secrets))];
  return smoke.flatMap((check, index) => {
    if ("command" in check) {
      if (Object.hasOwn(services, check.service)) return [];
      return [
        `smoke[${index}].service: no such service, got ${show(check.service)}; ${suggestion(check.service, Object.keys(services))}`,
      ];
    }
    const guarded = guardedProblem(services, check);
    if (guarded !== undefined) return [`smoke[${index}].path: ${guarded}`];
    const around = { secrets, domains, earlier: smoke.slice(0, index) };
    return textsOf(check).flatMap(([text, where]) => {
      const place = placeOf(["smoke", index, ...where]);
      return referencesIn(text).flatMap((reference) => {
        const problem = referenceProblem(check, reference, around);
        return problem === undefined ? [] : [`${place}: ${problem}`];
      });
    });
  });
}

/** A check of a path that the gateway asks a password for would pass before the switch, and not after it. */
function guardedProblem(services: WellFormed["services"], check: SmokeRequest): string | undefined {
  if (!("path" in check)) return undefined;
  const route = routeOf({ services }, check.path);
  if (route?.basicAuth === undefined) return undefined;
  return `the gateway asks for a password there, by basicAuth of ${route.service}, got ${show(check.path)}; check another path, or give this one a route without basicAuth`;
}

/** The checks before one, and the secrets and domains that the application has. */
interface Around {
  readonly secrets: readonly string[];
  readonly domains: readonly string[];
  readonly earlier: readonly Smoke[];
}

/** What a reference is lacking; undefined when it stands for something. */
function referenceProblem(
  check: SmokeRequest,
  reference: string,
  { secrets, domains, earlier }: Around,
): string | undefined {
  const got = `got "\${${reference}}"`;
  const saved = savedIn(reference);
  if (saved !== undefined) return savedProblem(check, saved, earlier);
  const secret = secretIn(reference);
  if (secret !== undefined) {
    if (secrets.includes(secret)) return undefined;
    return `no service has this secret, ${got}; ${suggestionOr(secret, secrets, `add ${show(secret)} to the secrets of a service`)}`;
  }
  const target = targetOf(reference);
  if (target !== undefined && "fact" in target && !isOfNoDomain(target, domains)) return undefined;
  const facts = ["environment", "namespace", "domain", "url", "version", ...domainReferences(domains)];
  const known = [...facts, ...savedBy(earlier)];
  const fix = suggestion(reference, [...known, ...secrets.map((name) => `secret.${name}`)]);
  return `a check has no such reference, ${got}; ${fix}, and the text itself is $\${${reference}}`;
}

function savedProblem(check: SmokeRequest, name: string, earlier: readonly Smoke[]): string | undefined {
  const got = `got "\${${savedPrefix}${name}}"`;
  const savers = earlier.filter((one) => "save" in one && Object.hasOwn(one.save ?? {}, name));
  if (savers.length === 0) {
    const names = savedBy(earlier).map((one) => one.slice(savedPrefix.length));
    return `no check before it saves this, ${got}; ${suggestionOr(name, names, `add save: { ${name}: "…" } to one before it`)}`;
  }
  if (savers.some(({ only }) => only === undefined)) return undefined;
  const places = [...new Set(savers.flatMap(({ only = [] }) => only))];
  if (check.only?.every((environment) => places.includes(environment)) === true) return undefined;
  return `it is saved only in ${places.join(", ")}, ${got}; give this check the same only, or leave that out of the one that saves it`;
}

function savedBy(checks: readonly Smoke[]): string[] {
  return checks.flatMap((check) =>
    "save" in check ? Object.keys(check.save ?? {}).map((name) => `${savedPrefix}${name}`) : [],
  );
}

/** `did you mean "x"` where a known name is near, else what to do. */
function suggestionOr(name: string, known: readonly string[], fix: string): string {
  const suggested = suggestion(name, known);
  return suggested.startsWith("did you mean") ? suggested : fix;
}
