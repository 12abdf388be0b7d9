import { z } from "zod";

import { expected, show } from "../input/input-checks.ts";
import type { Application } from "./application.ts";
import { secretFile, secretsOfNeed } from "./connections.ts";
import { developmentOf } from "./development.ts";

/** What the engine, or the secrets' own folder, sets in every container. */
const taken = [
  ...["/dev", "/proc", "/run/secrets", "/sys", "/var/run/secrets"],
  ...["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"],
];

const pathWords = expected(
  "an absolute path of a file in the container",
  'for example "/etc/app/license.json"',
);
const freeWords = expected(
  `a path outside of ${taken.slice(0, -1).join(", ")} and ${taken.at(-1)}`,
  'for example "/etc/app/license.json"',
);

/** The schema of a secret's path. */
export const secretPath = z
  .string(pathWords)
  .regex(/^(?:\/(?!\.{1,2}(?:\/|$))[^/:,\s]+)+$/, pathWords)
  .refine((path) => !taken.some((other) => isWithin(path, other)), freeWords);

/** The paths at which a container has a secret's file: below `/run/secrets`, and where the variable of it tells another one. */
export function secretPaths(name: string, environment: Readonly<Record<string, string>>): string[] {
  const { path, variable } = secretFile(name);
  return [...new Set([path, environment[variable] ?? path])];
}

type Described = Pick<Application, "buckets" | "images" | "services" | "secrets">;

/** The problems of secrets' paths: of a secret that is no file, or where something else is. */
export function secretPathProblems(application: Described): string[] {
  const variables = Object.entries(application.secrets).flatMap(([name, { delivery, path }]) =>
    path === undefined || delivery === "file"
      ? []
      : [
          `secrets.${name}.path: a secret that is a variable has no file, got ${show(path)}; remove the path, or the delivery`,
        ],
  );
  const services = Object.keys(application.services).flatMap((service) => problemsIn(application, service));
  return [...variables, ...services];
}

function problemsIn(application: Described, name: string): string[] {
  const service = application.services[name];
  if (service === undefined) return [];
  const given = [
    ...service.needs.flatMap((need) => secretsOfNeed(application, need)),
    ...service.secrets,
  ].flatMap((secret) => {
    const path = application.secrets[secret]?.path;
    return path === undefined ? [] : [{ secret, path }];
  });
  const inMemory = [...service.tmpfs, ...(service.readOnly ? ["/tmp"] : [])];
  const mounted = developmentOf(application.images[service.image])?.mounts ?? {};
  const folders = [
    ...inMemory.map((folder) => ({ folder, what: "a tmpfs" })),
    ...Object.values(mounted).map((folder) => ({ folder, what: "mounted source" })),
    ...Object.values(service.volumes).map((folder) => ({ folder, what: "a volume" })),
  ];
  return given.flatMap(({ secret, path }, index) => {
    const place = `secrets.${secret}.path`;
    const other = given.slice(0, index).find((one) => isWithin(path, one.path) || isWithin(one.path, path));
    const hiding = folders.find(({ folder }) => isWithin(path, folder) || isWithin(folder, path));
    return [
      ...(other === undefined || other.secret === secret
        ? []
        : [
            `${place}: services.${name} has secrets.${other.secret} at ${show(other.path)}, got ${show(path)}; give each a path of its own`,
          ]),
      ...(hiding === undefined
        ? []
        : [
            `${place}: services.${name} has ${hiding.what} at ${show(hiding.folder)}, got ${show(path)}; name a path outside of it`,
          ]),
    ];
  });
}

/** Tells whether a path is a folder's own, or below it. */
function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
