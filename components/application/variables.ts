import type { Application, Service } from "./application.ts";
import { secretFile, secretsOfNeed, variablesOfNeed } from "./connections.ts";
import { isBackingService } from "./needs.ts";
import { variableName } from "./variable-schema.ts";
import { isConnected, referenceProblems, referencesIn, refersTo, type Connected } from "./references.ts";

/** An environment's own variables: a text is one of all services, an object has those of the service of that name. */
export type Variables = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** The part of an application that says what its services are given. */
interface Described {
  readonly buckets: readonly string[];
  readonly domains: readonly string[];
  readonly services: Readonly<Record<string, Pick<Service, "needs" | "secrets">>>;
}

/**
 * The application with an environment's own variables, which stand in for those of `application.ts`; a service's own win.
 * A variable of all services is given to those that have what it refers to.
 */
export function withVariables(application: Application, variables: Variables = {}): Application {
  const services = Object.entries(application.services).map(([name, service]) => {
    const shared = Object.entries(sharedIn(variables)).filter(([, value]) =>
      isConnected(value, connectedTo(application, service)),
    );
    const own = { ...Object.fromEntries(shared), ...ownIn(variables, name) };
    return [name, { ...service, environment: { ...service.environment, ...own } }] as const;
  });
  return Object.keys(variables).length === 0
    ? application
    : { ...application, services: Object.fromEntries(services) };
}

/** Those variables that need neither a connection nor a secret: for a command that has none. */
export function bareVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([, value]) => referencesIn(value).length === 0),
  );
}

/** The names of a service's variables whose values are as described, and hold nothing of a secret. */
export function plainVariables({ environment }: Pick<Service, "environment">): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value.includes("${") ? [] : [name]));
}

/** The variables of all services. */
export function sharedIn(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

/** The variables of one service. */
export function ownIn(variables: Variables, service: string): Readonly<Record<string, string>> {
  const own = Object.hasOwn(variables, service) ? variables[service] : undefined;
  return typeof own === "object" ? own : {};
}

/** What a service's variables can refer to. */
export function connectedTo(
  { buckets, domains }: Pick<Described, "buckets" | "domains">,
  { needs, secrets }: Pick<Service, "needs" | "secrets">,
): Connected {
  return {
    needs: needs.filter((need) => isBackingService(need) || buckets.includes(need)),
    secrets,
    domains,
  };
}

/**
 * The problems of a service's variables: somebody else sets one, or it refers to nothing. A variable that a need brings can be
 * had in the application's own form: with a reference to that need.
 */
export function variableProblems(
  application: Described,
  name: string,
  variables: Readonly<Record<string, string>>,
  place: (variable: string) => string,
): string[] {
  const service = application.services[name];
  if (service === undefined) return [];
  const connected = connectedTo(application, service);
  return Object.entries(variables).flatMap(([variable, value]) => {
    const owner = ownerOf(application, service, variable);
    if (owner !== undefined && (owner.need === undefined || !refersTo(value, owner.need)))
      return [`${place(variable)}: ${owner.words} sets this variable; remove it here`];
    return referenceProblems(place(variable), value, connected);
  });
}

/** The problems of variables of all services: with nothing that any of them has, or set by somebody else where one is given. */
export function sharedProblems(
  application: Described,
  variables: Readonly<Record<string, string>>,
  place: (variable: string) => string,
): string[] {
  return Object.entries(variables).flatMap(([variable, value]) => {
    const { error } = variableName.safeParse(variable);
    if (error !== undefined) return error.issues.map(({ message }) => `${place(variable)}: ${message}`);
    const each = Object.entries(application.services).map(([name, service]) => ({
      problems: variableProblems(application, name, { [variable]: value }, place),
      isGiven: isConnected(value, connectedTo(application, service)),
    }));
    const given = each.filter(({ isGiven }) => isGiven);
    return [...new Set((given.length > 0 ? given : each.slice(0, 1)).flatMap(({ problems }) => problems))];
  });
}

/** Who sets a variable of a service beside the service itself: of several needs, the last. */
export function ownerOf(
  application: Described,
  { needs, secrets }: Pick<Service, "needs" | "secrets">,
  variable: string,
): { readonly words: string; readonly need?: string } | undefined {
  if (variable.startsWith("TOWPATH_")) return { words: "Towpath" };
  const secret = secrets.find((one) => one === variable || secretFile(one).variable === variable);
  if (secret !== undefined) return { words: `the secret "${secret}"` };
  for (const need of needs.toReversed()) {
    const words = `the need "${need}"`;
    const brought = secretsOfNeed(application, need);
    if ([...variablesOfNeed(application, need), ...brought].includes(variable)) return { words, need };
    if (brought.some((one) => secretFile(one).variable === variable)) return { words };
  }
  return undefined;
}
