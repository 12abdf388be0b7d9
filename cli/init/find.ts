import { posix } from "node:path";
import { defined } from "../../components/input/defined.ts";
import { exampleFile, type Repository } from "./repository.ts";
import { besides, findBuilt, homeOf, isDockerfile, isIn, ownersOf, type Built } from "./services.ts";
import { isConnection, purposeOf, variablesIn, type Variable } from "./variables.ts";

/** A service, as far as its Dockerfile and the files around it show. */
export interface FoundService extends Built {
  /** The paths that go to it, where a person has given them. */
  readonly routes?: readonly string[];
  /** The variables of its program, by the examples that are for it and by what its files name. */
  readonly variables: readonly Variable[];
  /** The configuration of its migrations by Alembic, from its own folder. */
  readonly alembic?: string;
}

/** The application in a repository, as far as its files show it. */
export interface Found {
  readonly services: readonly FoundService[];
  /** The variables whose values programs can read from files, by `<NAME>_FILE`. */
  readonly asFiles: ReadonlySet<string>;
  /** The major versions of the backing services that its compose files run. */
  readonly versions: { readonly postgres?: number; readonly redis?: number };
  /** Things that were seen and are not taken over, a line each. */
  readonly notes: readonly string[];
}

/**
 * Looks for services, their variables and migrations, and the versions of what they use: in the project's own folder where
 * that has Dockerfiles, for a repository may hold several applications, else in the whole repository.
 */
export function find(whole: Repository): Found {
  const repository = ownPart(whole);
  const { services, notes } = findBuilt(repository);
  const variables = variablesOf(repository, services);
  const named = [...repository.mentions.values()].flatMap((names) => [...names]);
  const [postgres, redis] = [versionIn(repository, "postgres"), versionIn(repository, "redis")];
  return {
    services: services.map((service) => {
      const alembic = alembicOf(repository, service, services);
      return {
        ...service,
        variables: variables.get(service.name) ?? [],
        ...defined({ alembic }),
      };
    }),
    asFiles: new Set(
      named.flatMap((name) => (name.endsWith("_FILE") ? [name.slice(0, -"_FILE".length)] : [])),
    ),
    versions: defined({ postgres, redis }),
    notes,
  };
}

function ownPart(repository: Repository): Repository {
  const { folder, paths, mentions } = repository;
  const own = paths.filter((path) => isIn(folder, path));
  if (!own.some(isDockerfile)) return repository;
  return {
    ...repository,
    paths: own,
    mentions: new Map([...mentions].filter(([path]) => isIn(folder, path))),
  };
}

/**
 * The variables of each service: of the examples that are for it those that its files name, or all where no service names
 * one; and the connections that its files name.
 */
function variablesOf(
  { paths, read, mentions }: Repository,
  services: readonly Built[],
): Map<string, readonly Variable[]> {
  const named = new Map(services.map(({ name }) => [name, new Set<string>()]));
  for (const [path, names] of mentions)
    for (const { name } of ownersOf(path, services))
      for (const variable of names) named.get(name)?.add(variable);
  const given = new Map(
    services.map(({ name }) => [
      name,
      new Map<string, Variable>(
        [...(named.get(name) ?? [])]
          .filter(isConnection)
          .map((one) => [one, { name: one, value: undefined }]),
      ),
    ]),
  );
  for (const path of paths.filter((one) => exampleFile.test(one) && !besides.test(one))) {
    const folder = posix.dirname(path) === "." ? "" : posix.dirname(path);
    const below = services.filter((service) => isIn(folder, homeOf(service)));
    const meant = below.length > 0 ? below : ownersOf(path, services);
    for (const variable of variablesIn(read(path) ?? "")) {
      const naming = meant.filter(({ name }) => named.get(name)?.has(variable.name));
      // Nobody names it; if a service names others of the same server, it is the server's own.
      const isServers = meant.some(({ name }) => [...(named.get(name) ?? [])].some(isBeside(variable)));
      const taking = naming.length > 0 ? naming : isServers ? [] : meant;
      for (const { name } of taking) given.get(name)?.set(variable.name, variable);
    }
  }
  return new Map([...given].map(([name, variables]) => [name, [...variables.values()]]));
}

/** Returns a test for names of connections to the same backing service. */
function isBeside(variable: Variable): (name: string) => boolean {
  const purpose = purposeOf(variable);
  return (name) =>
    isConnection(variable.name) && isConnection(name) && purposeOf({ name, value: undefined }) === purpose;
}

/** The configuration of Alembic that belongs to a service; the first of several services that share its files has it. */
function alembicOf({ paths }: Repository, service: Built, services: readonly Built[]): string | undefined {
  const configuration = paths.find(
    (path) =>
      posix.basename(path) === "alembic.ini" &&
      !besides.test(path) &&
      ownersOf(path, services)[0] === service,
  );
  return configuration && posix.relative(homeOf(service), configuration);
}

/** The major version of an image in the repository's compose files. */
function versionIn({ paths, read }: Repository, image: "postgres" | "redis"): number | undefined {
  for (const path of paths.filter((one) => /(?:^|\/)(?:docker-)?compose(?:\.[\w-]+)*\.ya?ml$/.test(one))) {
    const version = new RegExp(`image:\\s*["']?(?:\\S*/)?${image}:(\\d+)`).exec(read(path) ?? "")?.[1];
    if (version !== undefined) return Number(version);
  }
  return undefined;
}
