import type { Application } from "../../components/application/application.ts";
import { secretsOfNeed, variablesOfNeed } from "../../components/application/connections.ts";
import { builtImages } from "../../components/application/images.ts";
import { previousName } from "../../components/application/previous-secrets.ts";
import { optionalSecrets } from "../../components/application/optional-secrets.ts";
import { sourceOf } from "../../components/settings/agreement.ts";
import type { Settings } from "../../components/settings/settings.ts";

/** The kind of thing that a name stands for. */
export type Kind =
  | "run-time secret"
  | "run-time variable"
  | "build-time variable"
  | "workflow secret"
  | "workflow variable"
  | "unknown";

/** One place that has to know a name, as people call it: `.env.example`, `staging`, `GitHub staging`. */
export type Place = string;

/** A name, and how each place has it. */
export interface Row {
  readonly name: string;
  readonly kind: Kind;
  /** `yes`, where a value comes from, `lacks` or `differs`; `-` where it has no business. */
  readonly cells: Readonly<Record<Place, string>>;
}

/** The places and names that were compared, and their differences. */
export interface Comparison {
  readonly places: readonly Place[];
  readonly rows: readonly Row[];
  /** Each difference: who lacks what, and what to do. */
  readonly differences: readonly string[];
}

/** An environment of GitHub, or the repository itself: what it should hold, and what it holds. */
export interface GithubPlace {
  readonly name: string;
  /** The stack whose `up` makes it. */
  readonly stack: string;
  readonly expected: {
    readonly secrets: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  };
  /** Undefined when GitHub has no such environment. */
  readonly there:
    { readonly secrets: readonly string[]; readonly variables: Readonly<Record<string, string>> } | undefined;
}

/** All that is compared. */
export interface Facts {
  readonly application: Application;
  /** The names in `.env.example`; undefined where there is no such file. */
  readonly example: readonly string[] | undefined;
  /** The stacks with a settings file, and the names under their `towpath:secretValues`. */
  readonly stacks: readonly {
    readonly stack: string;
    readonly settings: Settings;
    readonly secretValues: readonly string[];
  }[];
  readonly github: readonly GithubPlace[];
}

const example = ".env.example";

/** Compares who declares which name, and who has it. */
export function compare(facts: Facts): Comparison {
  const differences: string[] = [];
  const declared = declaredNames(facts);
  const rows = [...declared].map(([name, kind]): Row => {
    const cells: Record<Place, string> = {};
    if (facts.example !== undefined) cells[example] = exampleCell(name, kind, facts, differences);
    for (const one of facts.stacks) cells[one.stack] = stackCell(name, kind, facts, one, differences);
    for (const place of facts.github) cells[place.name] = githubCell(name, kind, facts, place, differences);
    return { name, kind, cells };
  });
  for (const { name, stack, there } of facts.github) {
    if (there !== undefined) continue;
    differences.push(
      `${name}: there is no such environment yet; npm run pulumi -- up --stack ${stack} makes it`,
    );
  }
  const places = [
    ...(facts.example === undefined ? [] : [example]),
    ...facts.stacks.map(({ stack }) => stack),
    ...facts.github.map(({ name }) => name),
  ];
  return { places, rows, differences };
}

/** Every name that anybody knows, with its kind: the application's own declaration counts most. */
function declaredNames({ application, example: listed = [], github }: Facts): Map<string, Kind> {
  const names = new Map<string, Kind>();
  const add = (kind: Kind, more: Iterable<string>): void => {
    for (const name of more) if (!names.has(name)) names.set(name, kind);
  };
  add("run-time secret", Object.keys(application.secrets));
  const services = Object.values(application.services);
  add(
    "run-time variable",
    services.flatMap(({ environment }) => Object.keys(environment)),
  );
  add(
    "build-time variable",
    Object.values(builtImages(application.images)).flatMap(({ args }) => Object.keys(args)),
  );
  const previous = new Set(Object.keys(application.secrets).map(previousName));
  for (const { expected, there } of github) {
    add("workflow secret", expected.secrets);
    add("workflow variable", Object.keys(expected.variables));
    const secrets = there?.secrets.filter((name) => !previous.has(name)) ?? [];
    add("unknown", [...secrets, ...Object.keys(there?.variables ?? {})]);
  }
  const made = madeNames(application);
  add(
    "unknown",
    listed.filter((name) => !made.has(name)),
  );
  return names;
}

/** The names that need no entry anywhere: Towpath's own for connections, and those of secrets before a rotation. */
function madeNames(application: Application): Set<string> {
  const needs = Object.values(application.services).flatMap((service) => service.needs);
  return new Set([
    ...needs.flatMap((need) => [...secretsOfNeed(application, need), ...variablesOfNeed(application, need)]),
    ...Object.keys(application.secrets).map(previousName),
  ]);
}

function exampleCell(
  name: string,
  kind: Kind,
  { application, example: listed = [] }: Facts,
  differences: string[],
): string {
  const has = listed.includes(name);
  if (kind === "unknown") {
    if (has)
      differences.push(
        `application: nothing declares ${name}, which ${example} lists; declare it in application.ts, or take it out`,
      );
    return has ? "yes" : "-";
  }
  if (kind.startsWith("workflow")) return has ? "yes" : "-";
  if (has) return "yes";
  differences.push(
    `${example}: lacks ${name}, a ${kind} of ${usersOf(application, name, kind)}; add a line for it`,
  );
  return "lacks";
}

function stackCell(
  name: string,
  kind: Kind,
  { application, github }: Facts,
  { stack, settings, secretValues }: Facts["stacks"][number],
  differences: string[],
): string {
  if (kind !== "run-time secret" || !("secrets" in settings)) {
    const expects = github.filter((place) => place.stack === stack).map(({ expected }) => expected);
    const has = expects.some(
      ({ secrets, variables }) => secrets.includes(name) || Object.hasOwn(variables, name),
    );
    return has ? "yes" : "-";
  }
  const from = sourceOf(application, settings, name);
  if (from.source === "environment") return `from ${from.variable ?? name}`;
  if (from.source !== "configuration") return from.source;
  if (secretValues.includes(name)) return "yes";
  if (optionalSecrets(application).includes(name)) return "-";
  differences.push(
    `${stack}: lacks a value for the secret ${name}; set it with npm run pulumi -- config set --stack ${stack} --secret --path towpath:secretValues.${name}`,
  );
  return "lacks";
}

function githubCell(
  name: string,
  kind: Kind,
  { application }: Facts,
  place: GithubPlace,
  differences: string[],
): string {
  const { expected, there, stack } = place;
  const has = there !== undefined && (there.secrets.includes(name) || Object.hasOwn(there.variables, name));
  if (optionalSecrets(application).includes(name)) return has ? "yes" : "-";
  const apply = `npm run pulumi -- up --stack ${stack} sets it`;
  if (expected.secrets.includes(name) || Object.hasOwn(expected.variables, name)) {
    const value = expected.variables[name];
    if (has && (value === undefined || there.variables[name] === value)) return "yes";
    if (has) {
      differences.push(
        `${place.name}: has another value of the variable ${name} than ${stack}'s settings; ${apply}`,
      );
      return "differs";
    }
    // An environment that is not there lacks everything, which is reported once.
    if (there !== undefined) differences.push(`${place.name}: lacks ${name}, a ${kind}; ${apply}`);
    return "lacks";
  }
  if (!has) return "-";
  const what = there.secrets.includes(name) ? "secret" : "variable";
  differences.push(
    `${place.name}: has the ${what} ${name}, which nothing declares; declare it, or remove it on GitHub`,
  );
  return "yes";
}

function usersOf({ services, images }: Application, name: string, kind: Kind): string {
  const users =
    kind === "build-time variable"
      ? Object.entries(builtImages(images)).filter(([, { args }]) => Object.hasOwn(args, name))
      : Object.entries(services).filter(
          ([, { secrets, environment }]) => secrets.includes(name) || Object.hasOwn(environment, name),
        );
  return users.map(([user]) => user).join(", ");
}

/** Values of several lines, which may hold what looks like a name: in quotes, and keys and certificates as they are. */
const longValues = [
  /(?<==[ \t]*)(["'`])[\s\S]*?\1/g,
  /-----BEGIN [^-\n]+-----[\s\S]*?-----END [^-\n]+-----/g,
];

/** The names that a `.env.example` lists: `NAME=` at the start of a line, with or without `export`. */
export function namesInExample(text: string): string[] {
  const short = longValues.reduce((rest, value) => rest.replace(value, ""), text);
  return [...short.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name = ""]) => name);
}
