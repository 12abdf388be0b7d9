import { nearest, show, suggestion } from "../input/input-checks.ts";
import { ownParts } from "../naming/names.ts";
import { isTowpathsArgument } from "./build-arguments.ts";
import { secretsOfNeed } from "./connections.ts";
import { builtImages } from "./images.ts";
import { byCommands } from "./migrations.ts";
import type { WellFormed } from "./schema.ts";
import { ownerOf, variableProblems } from "./variables.ts";

/** The problems of names: taken, Towpath's own, or naming what is not there. */
export function nameProblems(application: WellFormed): string[] {
  return [
    ...argumentProblems(application),
    ...Object.keys(application.services).flatMap((service) => serviceProblems(application, service)),
    ...bucketProblems(application),
    ...secretProblems(application),
    ...migrationProblems(application),
  ];
}

function argumentProblems({ images }: WellFormed): string[] {
  return Object.entries(builtImages(images)).flatMap(([image, { args }]) =>
    Object.keys(args)
      .filter(isTowpathsArgument)
      .map((name) => `images.${image}.args.${name}: Towpath sets this argument itself; remove it`),
  );
}

function serviceProblems(application: WellFormed, name: string): string[] {
  const service = application.services[name];
  if (service === undefined) return [];
  const path = `services.${name}`;
  const problems: string[] = [];
  if ((ownParts as readonly string[]).includes(name)) {
    problems.push(`${path}: Towpath has a part of this name itself, got ${show(name)}; choose another name`);
  }
  if (!Object.hasOwn(application.images, service.image)) {
    const images = Object.keys(application.images);
    const fix = images.length === 0 ? "declare it in images" : suggestion(service.image, images);
    problems.push(`${path}.image: no such image, got ${show(service.image)}; ${fix}`);
  }

  service.secrets.forEach((secret, index) => {
    const owner = ownerOf(
      application,
      { needs: service.needs, secrets: service.secrets.slice(0, index) },
      secret,
    );
    if (owner !== undefined) {
      problems.push(
        `${path}.secrets[${index}]: ${owner.words} brings this secret, got ${show(secret)}; remove it here`,
      );
    }
  });
  const place = (variable: string): string => `${path}.environment.${variable}`;
  return [...problems, ...variableProblems(application, name, service.environment, place)];
}

function bucketProblems({ buckets, services }: WellFormed): string[] {
  const taken = new Map<string, string>(ownParts.map((part) => [part, "a part of Towpath's own"]));
  for (const service of Object.keys(services)) taken.set(service, `services.${service}`);
  return buckets.flatMap((bucket, index) => {
    const owner = taken.get(bucket);
    if (owner === undefined) taken.set(bucket, `buckets[${index}]`);
    return owner === undefined
      ? []
      : [`buckets[${index}]: the name is taken by ${owner}, got ${show(bucket)}; choose another name`];
  });
}

function secretProblems(application: WellFormed): string[] {
  const used = Object.values(application.services).flatMap(({ needs, secrets }) => [
    ...secrets,
    ...needs.flatMap((need) => secretsOfNeed(application, need)),
  ]);
  const own = Object.values(application.services).flatMap(({ secrets }) => secrets);
  const always = Object.entries(application.secrets)
    .filter(([name, { optional }]) => optional === true && used.includes(name) && !own.includes(name))
    .map(([name]) => `secrets.${name}.optional: a need always brings this secret, got true; remove it`);
  const unused = Object.keys(application.secrets)
    .filter((name) => !used.includes(name))
    .map((name) => {
      const meant = nearest(name, used);
      const fix =
        meant === undefined ? "add it to the secrets of a service, or remove it" : `did you mean "${meant}"`;
      return `secrets.${name}: no service uses this secret; ${fix}`;
    });
  return [...always, ...unused];
}

function migrationProblems({ migrations, services }: WellFormed): string[] {
  if (migrations === undefined) return [];
  const service = Object.hasOwn(services, migrations.service) ? services[migrations.service] : undefined;
  if (service === undefined) {
    const fix = suggestion(migrations.service, Object.keys(services));
    return [`migrations.service: no such service, got ${show(migrations.service)}; ${fix}`];
  }
  if (service.needs.includes("postgres")) return commandProblems(migrations);
  return [
    `migrations.service: the service does not need postgres, got ${show(migrations.service)}; add "postgres" to services.${migrations.service}.needs, or name another service`,
  ];
}

/** Commands that start from a revision need one where there is none, and what they print has to have a name. */
function commandProblems(described: NonNullable<WellFormed["migrations"]>): string[] {
  const { base, pending, sql } = byCommands(described) ?? {};
  const problems: string[] = [];
  if (base === undefined && (pending !== undefined || sql !== undefined)) {
    const which = pending === undefined ? "sql" : "pending";
    problems.push(
      `migrations.base: ${which} starts from a revision, got none for an empty database; name the one below the first, for example "base"`,
    );
  }
  if (sql !== undefined && pending === undefined) {
    problems.push(
      "migrations.pending: what sql prints has to be told by its revisions, got sql alone; describe the command that lists them",
    );
  }
  return problems;
}

/** Returns the entry of a name that the application's checks have made sure of. */
export function found<T>(map: Readonly<Record<string, T>>, key: string): T {
  const value = map[key];
  if (value === undefined) throw new Error(`${key} is not among ${Object.keys(map).join(", ")}`);
  return value;
}
