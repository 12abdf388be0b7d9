import type { JobDescription, MigrationsDescription } from "../../../components/application/description.ts";
import { alembicMigrations } from "../describe.ts";
import { unsaid, without, type GivenKey, type KeyRules } from "./keys.ts";
import { named, taken, unneeded, type Row } from "./report.ts";
import { commandText, type ComposeService } from "./roles.ts";
import { commandOf } from "./service-keys.ts";
import { entriesOf, fieldOf, textOf, type Fields } from "./value.ts";

/** What a service that runs once becomes, and the service that it runs with. */
export type Once =
  | { readonly kind: "migrations"; readonly owner: string; readonly migrations: MigrationsDescription }
  | { readonly kind: "job"; readonly owner: string; readonly name: string; readonly job: JobDescription };

/** What a service that runs once becomes; undefined where no other service runs its image, or it has no command of its own. */
export function onceOf(
  once: ComposeService,
  services: readonly ComposeService[],
  names: ReadonlyMap<string, string>,
): Once | undefined {
  const owner = services.find(({ role, builtBy }) => role === "service" && builtBy === once.builtBy);
  const service = owner === undefined ? undefined : names.get(owner.name);
  if (owner === undefined || service === undefined) return undefined;
  const text = commandText(once.own);
  const [found, configuration] = /\balembic\s+(?:-c\s+(\S+)\s+)?upgrade\s+heads?\b/.exec(text) ?? [];
  if (found !== undefined)
    return {
      kind: "migrations",
      owner: owner.name,
      migrations: alembicMigrations(service, configuration ?? "alembic.ini"),
    };
  const words = ["entrypoint", "command"].flatMap((key) => {
    const value = fieldOf(once.own, key);
    return value === undefined ? [] : (commandOf({ value }) ?? []);
  });
  const name = names.get(once.name);
  if (words.length === 0 || name === undefined) return undefined;
  const isAwaited = services.some(({ own }) => awaits(own, once.name));
  const runs = isAwaited ? ({ runs: "before-release" } as const) : {};
  return { kind: "job", owner: owner.name, name, job: { service, command: words, ...runs } };
}

/** Tells whether a service waits until another one is done. */
function awaits(own: Fields, name: string): boolean {
  const condition = fieldOf(fieldOf(fieldOf(own, "depends_on"), name), "condition");
  return textOf(condition) === "service_completed_successfully";
}

/** The rules of a service that runs once. */
export function onceKeys(
  service: ComposeService,
  once: Once | undefined,
  owner: ComposeService | undefined,
): KeyRules {
  const names = [...service.own.entries.keys()];
  if (once === undefined || owner === undefined)
    return {
      ...Object.fromEntries(
        names.map((key) => [
          key,
          unsaid(`goes with ${service.name}, which is not taken over`, "add a job to application.ts"),
        ]),
      ),
    };
  const words = `it runs as ${owner.name} does`;
  const what =
    once.kind === "migrations"
      ? "migrations, with Alembic's commands to go back and to look"
      : `the job ${once.name}`;
  const command = (given: GivenKey) => ({
    rows: [once.kind === "migrations" ? taken(given, what) : jobRow(given, once.name, once.job)],
  });
  return {
    ...Object.fromEntries(names.map((key) => [key, without(words)])),
    command,
    entrypoint: command,
    environment: (given) => ({ rows: variableRows(given, owner) }),
    volumes: unsaid(`it runs as ${owner.name} does, without these`, "copy what it needs into the image"),
    profiles: without(
      once.kind === "job" ? `a job runs ${jobTime(once.job)}` : "migrations come before any copy",
    ),
  };
}

/** The time at which a job runs, in words. */
function jobTime({ runs }: Pick<JobDescription, "runs">): string {
  return runs === undefined ? "when somebody asks" : "before each release";
}

function jobRow(given: GivenKey, name: string, job: JobDescription): Row {
  const what = `the job ${name} with what ${job.service} has, which runs ${jobTime(job)}`;
  const belongs = "a migration belongs to migrations, which need up, down and current";
  if (job.runs === undefined) return named(given, what, `npx towpath job run ${name}; ${belongs}`);
  return /migrat/i.test([name, ...job.command].join(" ")) ? named(given, what, belongs) : taken(given, what);
}

function variableRows(given: GivenKey, owner: ComposeService): Row[] {
  const known = entriesOf(fieldOf(owner.own, "environment")).map(([name]) => name);
  const hasFiles = fieldOf(owner.own, "env_file") !== undefined;
  return entriesOf(given.value).map(([name, { place }]) => {
    const key = { place, path: `${given.path}.${name}` };
    return known.includes(name) || hasFiles
      ? unneeded(key, `it has the variables of ${owner.name}`)
      : named(key, `it has the variables of ${owner.name}, and this is none`, `add it to ${owner.name}`);
  });
}
