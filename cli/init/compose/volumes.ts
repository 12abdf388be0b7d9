import { posix } from "node:path";
import { processShape } from "../../../components/application/process.ts";
import { volumePath } from "../../../components/application/schema.ts";
import { ownParts } from "../../../components/naming/names.ts";
import { longestName, readableOf } from "../../../components/naming/namespace.ts";
import { buildPaths } from "./build-keys.ts";
import type { GivenKey, KeyRule } from "./keys.ts";
import { targetOf } from "./merging.ts";
import { named, taken, unneeded, type Key, type Row } from "./report.ts";
import type { ComposeService } from "./roles.ts";
import { fieldOf, itemsOf, textOf, type Value } from "./value.ts";

/** What a volume is. */
export interface Mount {
  readonly kind: "volume" | "bind" | "nameless" | "tmpfs";
  readonly source: string;
  readonly target: string;
}

/** Reads `./app:/code:ro`, `data:/data`, `/code/node_modules`, or the long form. */
export function mountOf(item: Value): Mount {
  const [source = "", target = ""] = [targetOf(item, 0), targetOf(item, 1)];
  const type = textOf(fieldOf(item, "type"));
  if (type === "tmpfs") return { kind: "tmpfs", source, target };
  if (source === "") return { kind: "nameless", source, target };
  const isPath = /^[./~\\]|^[A-Za-z]:[\\/]/.test(source) || source.startsWith("$");
  return { kind: type === "bind" || isPath ? "bind" : "volume", source, target };
}

/** Folders that installers and compilers fill: what a build left there is as good. */
const filledByTools =
  /\/(?:node_modules|\.venv|venv|vendor|vendor\/bundle|bundle|\.next|\.cache|\.npm|\.m2|\.gradle|target|__pycache__|_build|deps)(?:\/|$)/;

/** Tells whether what is written to a mount has to be there for the next copy. */
function isKept({ kind, target }: Mount): boolean {
  return kind === "volume" && !filledByTools.test(target) && volumePath.safeParse(target).success;
}

/** Tells whether nothing else has a folder: secrets, or another volume. */
function isFree(target: string, volumes: Readonly<Record<string, string>>): boolean {
  const isWithin = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);
  return ![...Object.values(volumes), "/run/secrets", "/tmp"].some(
    (folder) => isWithin(target, folder) || isWithin(folder, target),
  );
}

function volumesIn(own: ComposeService["own"]): readonly Value[] {
  const value = fieldOf(own, "volumes");
  return value === undefined ? [] : itemsOf(value);
}

/** The names of the volumes that services share, by those in the file; two that would be called the same are none. */
export function volumeNames(services: readonly ComposeService[]): ReadonlyMap<string, string> {
  const sources = services.flatMap(({ own }) =>
    volumesIn(own)
      .map(mountOf)
      .filter(isKept)
      .map(({ source }) => source),
  );
  const names = [...new Set(sources)].map((source) => [source, readableOf(source, longestName)] as const);
  const isTaken = (name: string): boolean =>
    name === "" ||
    (ownParts as readonly string[]).includes(name) ||
    names.filter(([, other]) => other === name).length > 1;
  return new Map(names.filter(([, name]) => !isTaken(name)));
}

/** The rule of `volumes` of a service that is taken over. */
export const volumes: KeyRule = (given) => {
  const volumes: Record<string, string> = {};
  const all = itemsOf(given.value).map((item, index): { row: Row; folder?: string } => {
    const key = { place: item.place, path: `${given.path}[${index}]` };
    const mount = mountOf(item);
    const name = given.facts.volumes.get(mount.source);
    if (isKept(mount) && name !== undefined && volumes[name] === undefined && isFree(mount.target, volumes)) {
      volumes[name] = mount.target;
      return {
        row: taken(
          key,
          `the volume ${name}, which new copies share with old ones; what the old one holds stays there`,
        ),
      };
    }
    if (mount.kind !== "tmpfs") return { row: mountRow(key, mount, given, item) };
    return processShape.tmpfs.safeParse([mount.target]).success
      ? { row: taken(key, "tmpfs"), folder: mount.target }
      : { row: named(key, "it is no folder", "write an absolute path") };
  });
  const folders = all.flatMap(({ folder }) => folder ?? []);
  return {
    rows: all.map(({ row }) => row),
    fields: {
      ...(folders.length > 0 && { tmpfs: folders }),
      ...(Object.keys(volumes).length > 0 && { volumes }),
    },
  };
};

function mountRow(key: Key, { kind, source, target }: Mount, { service }: GivenKey, item: Value): Row {
  if (kind === "nameless" || filledByTools.test(target))
    return unneeded(key, "nothing is mounted over it, so the image's own is there");
  if (kind === "volume")
    return named(
      key,
      `what is written to ${target} is lost with a copy`,
      "keep it in a bucket or the database",
    );
  if (source.endsWith("docker.sock"))
    return named(key, "a service has no way to the engine", "run what needs one beside Towpath");
  if (!isInRepository(source, item))
    return named(
      key,
      "files of the machine are not mounted",
      "add them to the repository, and copy them into the image",
    );
  return isSource(source, item, service.own)
    ? unneeded(key, "the image has it built in; to serve edits at once, see docs/reload.md")
    : named(key, "files beside the image are not mounted", `copy them to ${target} in the Dockerfile`);
}

function isInRepository(source: string, item: Value): boolean {
  return (
    /^\.{1,2}(?:\/|$)/.test(source) &&
    !posix.normalize(posix.join(item.place.source.base, source)).startsWith("..")
  );
}

/** Tells whether a folder is of the image's own context, which its Dockerfile copies; a file is most often a configuration. */
function isSource(source: string, item: Value, own: GivenKey["service"]["own"]): boolean {
  if (/[^/.]\.[a-z0-9]+$/i.test(source)) return false;
  const context = buildPaths(own)?.context;
  const folder = posix
    .normalize(posix.join(item.place.source.base, source))
    .replace(/\/$/, "")
    .replace(/^\.$/, "");
  return context !== undefined && (context === "" || folder === context || folder.startsWith(`${context}/`));
}
