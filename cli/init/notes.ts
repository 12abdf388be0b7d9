import { secretFile } from "../../components/application/connections.ts";
import type { ApplicationDescription } from "../../components/application/description.ts";
import { postgresVersion, withPurpose } from "./describe.ts";
import type { Found, FoundService } from "./find.ts";
import { givenFor, schemeOf } from "./variables.ts";

/** Lists what a person has to know of a description that was made from what was found, a line each. */
export function notesOf(application: ApplicationDescription, found: Found): string[] {
  return [
    ...found.notes,
    ...found.services.flatMap((service) => serviceNotes(service, application)),
    ...guessNotes(application),
    ...versionNote(application, found),
    ...secretsNote(application),
  ];
}

function serviceNotes(service: FoundService, { services, buckets = [] }: ApplicationDescription): string[] {
  const path = `services.${service.name}`;
  const { port, health, needs = [] } = services[service.name] ?? {};
  const given = givenFor(needs, buckets);
  const settings = withPurpose(service, "setting").filter((name) => !given.includes(name));
  const scheme = schemeOf(service.variables.find(({ name }) => name === "DATABASE_URL")?.value ?? "");
  return [
    ...(port === undefined
      ? [`${path}: no EXPOSE found, so no request reaches it; add port and routes if it answers any`]
      : []),
    ...(port !== undefined && health === undefined
      ? [`${path}.health: no HEALTHCHECK found; add a path or a command, which production asks for`]
      : []),
    ...connectionNotes(service, needs, buckets),
    ...(needs.includes("postgres") && scheme !== undefined && scheme !== "postgresql"
      ? [
          `${path}.needs: DATABASE_URL begins with postgresql:// instead of ${scheme}://; let the program take both`,
        ]
      : []),
    ...(settings.length > 0
      ? [
          `${path}.environment: not taken over: ${settings.join(", ")}; add those that are the same everywhere`,
        ]
      : []),
  ];
}

/** Says which names of connections a program reads that Towpath does not give. */
function connectionNotes(
  service: FoundService,
  needs: readonly string[],
  buckets: readonly string[],
): string[] {
  return (["postgres", "redis", "storage"] as const).flatMap((purpose) => {
    const given = givenFor(
      needs.filter((need) => (purpose === "storage" ? buckets.includes(need) : need === purpose)),
      buckets,
    );
    const others = withPurpose(service, purpose).filter((name) => !given.includes(name));
    if (others.length === 0) return [];
    return [
      `services.${service.name}.needs: the program reads ${others.join(", ")}, Towpath gives ${given.join(", ")}; let it read that`,
    ];
  });
}

/** Says what rests on a guess. */
function guessNotes({ images, migrations }: ApplicationDescription): string[] {
  return [
    ...Object.entries(images).flatMap(([name, image]) =>
      "dev" in image ? [`images.${name}.dev: add mounts, and edits are served without a build`] : [],
    ),
    ...(migrations === undefined || "atStart" in migrations
      ? []
      : [`migrations: ${migrations.up.join(" ")} has to work in the image of ${migrations.service}`]),
  ];
}

function versionNote({ postgres }: ApplicationDescription, found: Found): string[] {
  const { postgres: run } = found.versions;
  if (postgres === undefined || run === undefined || run === postgresVersion(found)) return [];
  return [
    `postgres.version: Towpath knows 14 to 18, the compose file runs ${run}; take the one that your data can move to`,
  ];
}

function secretsNote({ secrets = {} }: ApplicationDescription): string[] {
  const [first = "", ...more] = Object.keys(secrets);
  if (first === "") return [];
  return [
    `secrets: ${[first, ...more].join(", ")} reach programs as variables; where one reads the file that ${secretFile(first).variable} names instead, remove the entry`,
  ];
}
