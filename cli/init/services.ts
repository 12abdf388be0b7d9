import { posix } from "node:path";
import type { Health } from "../../components/application/application.ts";
import { defined } from "../../components/input/defined.ts";
import { ownParts } from "../../components/naming/names.ts";
import { longestName, readableOf } from "../../components/naming/namespace.ts";
import { readDockerfile } from "./dockerfile.ts";
import type { Repository } from "./repository.ts";

/** A service that a Dockerfile describes. Paths are those from the repository's root. */
export interface Built {
  readonly name: string;
  readonly dockerfile: string;
  /** The folder that its build sees. */
  readonly context: string;
  readonly target?: string;
  readonly devTarget?: string;
  readonly port?: number;
  readonly health?: Health;
}

/** Folders whose Dockerfiles are for tests, examples or editors. */
export const besides =
  /(?:^|\/)(?:\.devcontainer|\.github|tests?|__tests__|e2e|fixtures|testdata|examples?|samples?|docs?)\//;
/** Names of what Towpath itself brings. */
const brought = [
  "postgres",
  "postgresql",
  "db",
  "database",
  "redis",
  "minio",
  "nginx",
  "proxy",
  "traefik",
  "caddy",
];
const variants = ["dev", "development", "local", "test", "tests", "ci", "debug"];
const releases = ["prod", "production", "release"];

/** The services that the repository's Dockerfiles describe, and what of them is left out. */
export function findBuilt({ paths, read }: Pick<Repository, "paths" | "read">): {
  services: Built[];
  notes: string[];
} {
  const [services, notes]: [Built[], string[]] = [[], []];
  for (const path of paths.filter(isDockerfile)) {
    const facts = readDockerfile(read(path) ?? "");
    const wanted = nameOf(path);
    const reason = whyNot(path, paths);
    if (facts === undefined || reason !== undefined) {
      notes.push(`${path}: not taken over: ${reason ?? "it has no stage"}`);
      continue;
    }
    const { ports, sources, ...rest } = facts;
    const name = free(
      wanted,
      path,
      services.map((service) => service.name),
    );
    services.push({
      name,
      dockerfile: path,
      context: contextOf(path, sources, paths),
      ...defined({ port: ports[0] }),
      ...rest,
    });
    if (ports.length > 1)
      notes.push(`${path}: exposes ${ports.join(", ")}, and a service has one port; ${ports[0]} is taken`);
  }
  return { services, notes };
}

/** The reason why a Dockerfile is not a service's; undefined when it seems to be. */
function whyNot(path: string, paths: readonly string[]): string | undefined {
  const suffix = suffixOf(path);
  if (besides.test(path)) return "it seems to be for tests, examples or an editor";
  if (variants.includes(suffix)) return "development is a stage of a service's own Dockerfile: FROM … AS dev";
  if (releases.includes(suffix) && paths.includes(posix.join(posix.dirname(path), "Dockerfile")))
    return "the Dockerfile beside it is";
  if (brought.includes(nameOf(path)))
    return "Towpath brings PostgreSQL, Redis, object storage and a gateway itself";
  return undefined;
}

/** Tells Dockerfiles by their names. */
export function isDockerfile(path: string): boolean {
  return /(?:^|\/)(?:Dockerfile(?:\.(?!dockerignore$)[\w-]+)?|[\w-]+\.Dockerfile)$/.test(path);
}

/** The rest of a Dockerfile's name: `worker` for `Dockerfile.worker` and `worker.Dockerfile`. */
function suffixOf(path: string): string {
  return posix
    .basename(path)
    .replace(/^Dockerfile\.?/, "")
    .replace(/\.Dockerfile$/, "")
    .toLowerCase();
}

/** Folders that are called by what is in them, not by the service. */
const nameless = [
  "docker",
  "deploy",
  "deployment",
  "build",
  "container",
  "containers",
  "images",
  "infra",
  "ops",
  "src",
];

/** The name of a service: its Dockerfile's, else its folder's; `app` where neither has one. */
function nameOf(path: string): string {
  const suffix = suffixOf(path);
  if (suffix !== "" && !releases.includes(suffix) && !variants.includes(suffix))
    return readableOf(suffix, longestName) || "app";
  const folders = posix
    .dirname(path)
    .split("/")
    .map((folder) => readableOf(folder, longestName));
  return folders.findLast((folder) => folder !== "" && !nameless.includes(folder)) ?? "app";
}

/** The name, or one that nothing else has. */
function free(name: string, path: string, taken: readonly string[]): string {
  const all = [...taken, ...ownParts];
  if (!all.includes(name)) return name;
  const parent = readableOf(posix.basename(posix.dirname(posix.dirname(path))), longestName);
  const longer = readableOf(`${parent || "app"}-${name}`, longestName);
  if (!all.includes(longer)) return longer;
  for (let number = 2; ; number += 1) {
    const numbered = `${readableOf(name, longestName - 1 - String(number).length)}-${number}`;
    if (!all.includes(numbered)) return numbered;
  }
}

/** The folder that a Dockerfile is written for: of its own one and those above, the nearest that holds most of what it copies. */
function contextOf(path: string, sources: readonly string[], paths: readonly string[]): string {
  const folders = foldersAbove(posix.dirname(path));
  const held = (folder: string): number => sources.filter((source) => holds(folder, source, paths)).length;
  const most = Math.max(...folders.map(held));
  return folders.find((folder) => held(folder) === most) ?? "";
}

/** Files that are no reason to copy a whole folder: a folder of such files only builds images. */
const buildsImages = /(?:^|\/)(?:[\w.-]*Dockerfile[\w.-]*|\.dockerignore|[^/]+\.(?:sh|conf|md|ya?ml))$/;

function holds(folder: string, source: string, paths: readonly string[]): boolean {
  const [fixed = ""] = source.split(/[*?[]/, 1);
  const isPattern = fixed !== source;
  const path = posix.join(folder, fixed).replace(/\/$/, "");
  if (path === "." || path === folder)
    return paths.some((one) => isIn(folder, one) && !buildsImages.test(one));
  return paths.some((one) => one === path || one.startsWith(isPattern ? path : `${path}/`));
}

/** A folder and all above it, up to the root, which is empty. */
function foldersAbove(folder: string): string[] {
  return folder === "." || folder === "" ? [""] : [folder, ...foldersAbove(posix.dirname(folder))];
}

/** Tells whether a path lies in a folder. */
export function isIn(folder: string, path: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** The folder of a service's own files: its Dockerfile's, unless that only builds images. */
export function homeOf({ dockerfile, context }: Pick<Built, "dockerfile" | "context">): string {
  const folder = posix.dirname(dockerfile);
  return nameless.includes(posix.basename(folder)) || !isIn(context, folder) || folder === "."
    ? context
    : folder;
}

/** The service that a file belongs to: the one with the nearest folder. */
export function ownersOf<Service extends Built>(path: string, services: readonly Service[]): Service[] {
  const above = services.filter((service) => isIn(homeOf(service), path));
  const nearest = Math.max(...above.map((service) => homeOf(service).length));
  return above.filter((service) => homeOf(service).length === nearest);
}
