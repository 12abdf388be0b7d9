import type {
  ApplicationDescription,
  ServiceDescription,
} from "../../../components/application/description.ts";
import { Problem } from "../../problem.ts";
import { bucketsOf, hostsOf, namesFor, otherHosts } from "./application-names.ts";
import { applicationOf, serviceOf } from "./application-parts.ts";
import { buildPaths, buildProblems, imageOf } from "./build-keys.ts";
import { mapEnvironment, type MappedEnvironment } from "./environment.ts";
import type { Variables } from "./interpolation.ts";
import type { KeyFacts, MappedKey } from "./keys.ts";
import { dockerfileFacts, healthOf, listensOn } from "./listening.ts";
import { localSettings, type LocalSettings } from "./local-settings.ts";
import { onceKeys, onceOf, type Once } from "./once.ts";
import type { ComposeFile } from "./reading.ts";
import type { Row } from "./report.ts";
import { readyReference } from "./image-reference.ts";
import { isReadyMade, isServer, serviceProblems, withRoles, type ComposeService } from "./roles.ts";
import { routesOf } from "./routing.ts";
import { secretNames, SecretValues, secretValues, topLevelRows } from "./secrets.ts";
import { leftOutKeys, serverKeys, withRules } from "./server-keys.ts";
import { serviceKeys } from "./service-keys.ts";
import { entriesOf, fieldOf, type Fields } from "./value.ts";
import { variablesGiven } from "./variables-given.ts";
import { volumeNames } from "./volumes.ts";

/** What a description is made from, beside the compose file. */
export interface DescribeFacts {
  /** The application's name. */
  readonly name: string;
  /** The project's folder, from the repository's root. */
  readonly folder: string;
  /** Reads a file of the repository; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  /** Tells whether git has a file, or would add it: others are one person's. */
  readonly isTracked: (path: string) => boolean;
  /** The variables of the shell. */
  readonly variables: Variables;
}

/** A compose file as a project. */
export interface FromCompose {
  /** The description, without services where none can be taken over. */
  readonly application: ApplicationDescription;
  /** What the settings of local say besides. */
  readonly local: LocalSettings;
  /** One person's values of secrets and variables: the lines of `.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** What became of every key. */
  readonly rows: readonly Row[];
}

/** The services of a file, and what is decided of all of them together. */
interface Scene {
  readonly services: readonly ComposeService[];
  /** Those that are services of the description, too. */
  readonly described: readonly ComposeService[];
  /** Their names there, and those of jobs. */
  readonly names: ReadonlyMap<string, string>;
  readonly buckets: readonly string[];
  readonly secrets: ReadonlyMap<string, string>;
  readonly once: ReadonlyMap<string, Once>;
  readonly volumes: ReadonlyMap<string, string>;
  readonly variables: Variables;
  readonly dockerfileOf: (service: ComposeService) => ReturnType<typeof dockerfileFacts>;
  readonly builderOf: (service: ComposeService) => Fields;
}

/**
 * Describes the application of a compose file.
 *
 * @throws Problem with what has no meaning: unknown versions, circles, services that are not there, paths that lead out
 */
export function describeCompose(compose: ComposeFile, facts: DescribeFacts): FromCompose {
  const scene = sceneOf(compose, facts);
  const { services, described, names, buckets, secrets, once } = scene;
  const environments = environmentsOf(scene, facts);
  const keyFacts = new Map(
    services.map((service) => [service, keyFactsOf(service, scene, environments.get(service))]),
  );
  const mapped = new Map(
    [...keyFacts].map(([service, known]) => [service, mappedService(service, known, scene)]),
  );
  const listening = described.flatMap((service) => {
    const port = keyFacts.get(service)?.port;
    return port === undefined ? [] : [{ service, name: nameOf(service, scene), port }];
  });
  const routes = routesOf(listening, services);
  const descriptions = described.map((service): [string, ServiceDescription] => {
    const name = nameOf(service, scene);
    const port = keyFacts.get(service)?.port;
    const image = names.get(service.builtBy ?? "") ?? name;
    const health = healthOf(service.own, port, scene.dockerfileOf(service));
    const given = environments.get(service) ?? nothingGiven;
    const fields = mapped.get(service)?.fields ?? {};
    return [name, serviceOf({ image, port, health, routes: routes.get(name), fields, given })];
  });
  const all = [...environments.values()];
  const application = applicationOf({
    name: facts.name,
    images: imagesOf(scene, facts),
    services: Object.fromEntries(descriptions),
    buckets,
    all: services,
    once: [...once.values()],
    environments: all,
    files: [...secrets.values()],
  });
  const used = new Set(Object.values(application.services).flatMap((service) => service.secrets ?? []));
  const fromFiles = Object.entries(secretValues(compose.root, facts.read)).filter(([name]) => used.has(name));
  return {
    application,
    local: localSettings(services, { names, described, routes, variables: scene.variables }),
    env: Object.assign(Object.fromEntries(fromFiles), ...all.map(({ own }) => own)) as Record<string, string>,
    rows: inOrder(
      [
        ...topLevelRows(compose.root, facts.name),
        ...[...mapped.values()].flatMap(({ rows }) => rows),
        ...all.flatMap(({ rows }) => rows),
      ],
      compose.files,
    ),
  };
}

const nothingGiven: MappedEnvironment = {
  ...{ environment: {}, own: {} },
  ...{ secrets: [], needs: [], reads: [], optional: [], rows: [] },
};

function sceneOf(compose: ComposeFile, facts: DescribeFacts): Scene {
  const textOf = (own: Fields): string | undefined => {
    const paths = buildPaths(own);
    return paths === undefined ? undefined : facts.read(paths.dockerfile);
  };
  const services = withRoles(compose.services, (own) => baseIn(textOf(own)));
  const problems = [
    ...serviceProblems(services),
    ...services.flatMap(({ name, own }) => buildProblems(name, own)),
  ];
  if (problems.length > 0) throw new Problem(problems.join("\n"));
  const builderOf = (service: ComposeService): Fields =>
    services.find(({ name }) => name === service.builtBy)?.own ?? service.own;
  const isDescribed = (service: ComposeService): boolean =>
    isReadyMade(service) || (service.role === "service" && buildPaths(builderOf(service)) !== undefined);
  const names = namesFor(services, isDescribed);
  const once = services
    .filter(({ role }) => role === "once")
    .flatMap((service) => {
      const found = onceOf(service, services, names);
      return found === undefined ? [] : [[service.name, found] as const];
    });
  return {
    services,
    described: services.filter(isDescribed),
    names,
    buckets: bucketsOf(services, names),
    secrets: secretNames(compose.root),
    once: new Map(once),
    volumes: volumeNames(services.filter(isDescribed)),
    variables: { ...compose.env, ...facts.variables },
    dockerfileOf: (service) => dockerfileFacts(textOf(builderOf(service))),
    builderOf,
  };
}

/** The image that the last stage of a Dockerfile begins with. */
function baseIn(dockerfile: string | undefined): string | undefined {
  return [...(dockerfile ?? "").matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim)].at(-1)?.[1];
}

function nameOf(service: ComposeService, { names }: Pick<Scene, "names">): string {
  return names.get(service.name) ?? "";
}

/** The variables of the services that are taken over. A server that nobody says to use is one of all, as in Compose. */
function environmentsOf(scene: Scene, facts: DescribeFacts): ReadonlyMap<ComposeService, MappedEnvironment> {
  const alone = mappedEnvironments(scene, facts, []);
  const needed = new Set([...alone.values()].flatMap(({ needs }) => needs));
  const shared = scene.services.flatMap(({ role }) => {
    const need = isServer(role) ? needOf(role, scene.buckets) : undefined;
    return need === undefined || needed.has(need) ? [] : [need];
  });
  return shared.length === 0 ? alone : mappedEnvironments(scene, facts, shared);
}

function mappedEnvironments(
  scene: Scene,
  facts: DescribeFacts,
  shared: readonly string[],
): ReadonlyMap<ComposeService, MappedEnvironment> {
  const { services, described, buckets, names, secrets, variables } = scene;
  const values = new SecretValues();
  const [hosts, others] = [hostsOf(services, buckets), otherHosts(services, names)];
  const secretPaths = new Map([...secrets].map(([name, secret]) => [`/run/secrets/${name}`, secret]));
  return new Map(
    described.map((service) => {
      const given = variablesGiven(service, { ...facts, variables });
      const needs = [...serversWaitedFor(service, scene), ...shared];
      const secretFor = (variable: string, value: string | undefined): string =>
        values.nameFor(nameOf(service, scene), variable, value);
      const around = { hosts, buckets, needs, others, secretPaths, secretFor };
      const mapped = mapEnvironment(given.variables, around);
      return [service, { ...mapped, rows: [...given.rows, ...mapped.rows] }];
    }),
  );
}

function needOf(role: ComposeService["role"], buckets: readonly string[]): string | undefined {
  return role === "object-storage" ? buckets[0] : role;
}

/** The servers and buckets that a service waits for. */
function serversWaitedFor({ own }: ComposeService, { services, buckets }: Scene): string[] {
  const names = entriesOf(fieldOf(own, "depends_on")).map(([name]) => name);
  return services.flatMap(({ name, role }) =>
    names.includes(name) && isServer(role) ? (needOf(role, buckets) ?? []) : [],
  );
}

function keyFactsOf(service: ComposeService, scene: Scene, given: MappedEnvironment | undefined): KeyFacts {
  const { names, services, secrets, once, volumes } = scene;
  const leadTo = new Set(Object.values(given?.environment ?? {}));
  const known = [...secrets].filter(
    ([, secret]) => leadTo.has(`/run/secrets/${secret}`) || given?.reads.includes(secret),
  );
  return {
    names,
    services,
    secrets,
    volumes,
    port: listensOn(service.own, scene.dockerfileOf(service)),
    knownPaths: new Set(known.map(([name]) => `/run/secrets/${name}`)),
    hosts: new Set(
      services.flatMap(({ name, role }) => (role === "once" || role === "buckets" ? [] : [name])),
    ),
    once: new Map([...once].map(([name, one]) => [name, kindOf(one)])),
  };
}

/** What is told of a service that runs once, where others wait for it. */
function kindOf(once: Once): "migrations" | "job" | "release job" {
  return once.kind === "job" && once.job.runs !== undefined ? "release job" : once.kind;
}

/** All keys of a service, by the rules for what it is here. */
function mappedService(service: ComposeService, facts: KeyFacts, { once, services }: Scene): MappedKey {
  const { role } = service;
  const given = { service, facts };
  if (role === "service" || isReadyMade(service)) return withRules(given, serviceKeys);
  if (isServer(role)) return withRules(given, serverKeys(role));
  if (role !== "once") return withRules(given, leftOutKeys(service));
  const found = once.get(service.name);
  const owner = services.find(({ name }) => name === found?.owner);
  return withRules(given, onceKeys(service, found, owner));
}

function imagesOf(scene: Scene, { folder }: DescribeFacts): ApplicationDescription["images"] {
  return Object.fromEntries(
    scene.described.flatMap((service) => {
      const reference = isReadyMade(service) ? readyReference(service.image) : undefined;
      if (reference !== undefined) return [[nameOf(service, scene), { from: reference }]];
      const own = scene.builderOf(service);
      const paths = buildPaths(own);
      const name = scene.names.get(service.builtBy ?? "") ?? nameOf(service, scene);
      return paths === undefined ? [] : [[name, imageOf(own, paths, folder, scene.dockerfileOf(service))]];
    }),
  );
}

/** Rows by their files, and in there by their lines. */
function inOrder(rows: readonly Row[], files: readonly string[]): Row[] {
  const order = (file: string): number => (files.includes(file) ? files.indexOf(file) : files.length);
  return [...rows].sort((one, other) => order(one.file) - order(other.file) || one.line - other.line);
}
