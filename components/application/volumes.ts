import { show, suggestion } from "../input/input-checks.ts";
import { ownParts } from "../naming/names.ts";
import { secretsFolder } from "./connections.ts";
import { developmentOf } from "./development.ts";
import type { WellFormed } from "./schema.ts";

/** The folder that a service with a read-only root file system has in memory. */
const temporaryFolder = "/tmp";

/** The problems of volumes: named twice or like a part of Towpath's own, not declared, and in the way of something else. */
export function volumeProblems(application: WellFormed): string[] {
  const { volumes, services } = application;
  return [
    ...volumes.flatMap((volume, index) => {
      const path = `volumes[${index}]`;
      if ((ownParts as readonly string[]).includes(volume))
        return [
          `${path}: Towpath has a volume of this name itself, got ${show(volume)}; choose another name`,
        ];
      if (volumes.indexOf(volume) < index)
        return [`${path}: declared twice, got ${show(volume)}; remove one of them`];
      return [];
    }),
    ...Object.entries(services).flatMap(([name, service]) =>
      Object.entries(service.volumes).flatMap(([volume, path]) => {
        const place = `services.${name}.volumes.${volume}`;
        if (volumes.includes(volume))
          return placeProblems(place, path, takenIn(application, service, volume));
        const fix =
          volumes.length === 0
            ? `add volumes: [${show(volume)}] to the application`
            : suggestion(volume, volumes);
        return [`${place}: no such volume, got ${show(volume)}; ${fix}`];
      }),
    ),
  ];
}

/** A folder of a container, and what has it. */
type Taken = readonly [path: string, owner: string];

/** The folders of a service's container that a volume cannot have; of two volumes, the later one has the problem. */
function takenIn({ images }: WellFormed, service: WellFormed["services"][string], volume: string): Taken[] {
  const { image, readOnly, tmpfs, volumes } = service;
  const names = Object.keys(volumes);
  const dev = developmentOf(Object.hasOwn(images, image) ? images[image] : undefined);
  return [
    ...names
      .slice(0, names.indexOf(volume))
      .map((other): Taken => [volumes[other] ?? "", `the volume ${show(other)}`]),
    ...tmpfs.map((path): Taken => [path, "tmpfs"]),
    ...(readOnly ? [[temporaryFolder, "readOnly, which has it in memory"] as const] : []),
    ...Object.values(dev?.mounts ?? {}).map((path): Taken => [path, `images.${image}.dev.mounts`]),
  ];
}

function placeProblems(place: string, path: string, taken: readonly Taken[]): string[] {
  if (isWithin(path, secretsFolder) || isWithin(secretsFolder, path))
    return [`${place}: secrets are at ${secretsFolder}, got ${show(path)}; choose another folder`];
  const owner = taken.find(([other]) => other === path)?.[1];
  if (owner === undefined) return [];
  return [`${place}: the folder is taken by ${owner}, got ${show(path)}; choose another folder`];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
