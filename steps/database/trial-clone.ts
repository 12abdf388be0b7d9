import { randomBytes } from "node:crypto";
import { revisionOf } from "../../components/application/migrations.ts";
import type {
  MeasureMigrationsInput,
  TriedTemplate,
  TriedTool,
} from "../../components/contract/measure-migrations.ts";
import { templateNames } from "../../components/contract/template.ts";
import { lookSeconds } from "../../components/host/isolated-run.ts";
import { UserError } from "../../components/input/user-error.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { lasting } from "../machine/overdue.ts";
import { waitingFor } from "../progress.ts";
import { StepFailure } from "../step-failure.ts";
import { cloneTemplate, dropClone, dropOverdueClones } from "./clones.ts";
import { askSql, literal } from "./databases.ts";
import { sizeOf } from "./template.ts";
import { toolAt, type TrialDatabase } from "./trial-database.ts";

/** There is no clone on which that could be measured, in words that follow "on no clone of the template: ". */
export class NoClone extends StepFailure {}

/** The name of the template's server in the network of a trial. */
const alias = "database";

/** The time after which what a killed trial leaves may be removed, in seconds: longer than any takes. */
const lastsSeconds = 3600;

/**
 * Makes a clone of the template as the schema is, and drops it when the work is done.
 *
 * The migrations of a pull request are not trusted: they run as a role that can connect to nothing else on the template's
 * server, from a network of the trial's own, which only that server shares, and never where the server runs.
 *
 * @throws NoClone where the template is not there, takes too long, or cannot be brought to where the schema is
 */
export async function onClone<T>(
  machine: Machine,
  input: MeasureMigrationsInput,
  template: TriedTemplate,
  work: (database: TrialDatabase) => Promise<T>,
): Promise<T> {
  const { server } = template;
  const { postgres, limits, timeoutSeconds } = input;
  const labels = lasting(input.labels, lastsSeconds);
  const name = `towpath_trial_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(16).toString("hex");
  delivers([password]);
  const at = await made(machine, template, input.labels);
  const clone = { server, clone: name, password, labels, timeoutSeconds };
  const address = { host: alias, user: name, password, database: name };
  const client = {
    image: postgres.image,
    ...{ entrypoint: "sleep", command: [String(lastsSeconds)], environment: { PGHOST: alias } },
    ...{ variables: { PGPASSWORD: password }, network: name },
    ...{ labels: input.labels, limits, timeoutSeconds: lastsSeconds },
  };
  return machine.ownNetwork({ name, labels: input.labels, lastsSeconds }, async (network) => {
    await machine.join(server.container, network, alias);
    const make = async (): Promise<void> => {
      waitingFor("the template is cloned");
      await cloneTemplate(machine, clone).catch(notCloned(timeoutSeconds));
      const run = { labels, limits, network, timeoutSeconds };
      await bring(machine, template, run, (tool) => toolAt(tool, address));
    };
    try {
      await make();
      return await machine.scratch(client, async (container) =>
        work({
          ...{ container, role: name, database: name, address },
          before: async () => {
            await dropClone(machine, server, name);
            await make();
            return address;
          },
          on: { kind: "template", at, rows: await rowsIn(machine, template, name) },
        }),
      );
    } finally {
      await dropClone(machine, server, name);
    }
  });
}

/** The time at which the template was made, once what killed trials left beside it is gone. */
async function made(
  machine: Machine,
  { server }: TriedTemplate,
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    if ((await sizeOf(machine, server, templateNames.database)) === undefined)
      throw new NoClone("there is none yet; make one with npx towpath template refresh");
    await dropOverdueClones(machine, server, labels);
    // A database's first file is written when it is made.
    const [at = ""] = await askSql(
      machine,
      server,
      `SELECT to_char((pg_stat_file('base/' || oid || '/PG_VERSION')).modification AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')
         FROM pg_database WHERE datname = ${literal(templateNames.database)};\n`,
    );
    return at;
  } catch (error) {
    if (error instanceof NoClone || !(error instanceof UserError)) throw error;
    throw new NoClone(`its server does not answer, ${firstLine(error)}`);
  }
}

function notCloned(seconds: number): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UserError)) throw error;
    const isLate = error.message.includes("statement timeout");
    throw new NoClone(
      isLate ? `it is not cloned within ${seconds} s` : `it cannot be cloned, ${firstLine(error)}`,
    );
  };
}

/** The surroundings of a tool that runs on a clone. */
interface Around extends Pick<MeasureMigrationsInput, "labels" | "limits" | "timeoutSeconds"> {
  readonly network: string;
}

/** Brings a clone to where the schema is, with the migrations of the release that runs. */
async function bring(
  machine: Machine,
  { revision, current, up }: TriedTemplate,
  around: Around,
  at: (tool: TriedTool) => TriedTool,
): Promise<void> {
  const found = async (): Promise<string | undefined> =>
    revisionOf(await printed(machine, at(current), { ...around, timeoutSeconds: lookSeconds }));
  if ((await found()) === revision) return;
  waitingFor("the clone is brought to the release that runs");
  await printed(machine, at(up), around);
  const now = await found();
  if (now === revision) return;
  throw new NoClone(
    `it is at ${now ?? "no revision"}, and the schema at ${revision ?? "no revision"}; make it anew with npx towpath template refresh`,
  );
}

/** Runs a command of the release that runs to its end, and returns what it printed. */
function printed(
  machine: Machine,
  { command = [], ...tool }: TriedTool,
  { timeoutSeconds, ...around }: Around,
): Promise<string> {
  const run = { ...tool, ...around, command };
  return machine.once(run, timeoutSeconds, async ({ exitCode, output, log }) => {
    if (exitCode === 0) return output();
    const how = exitCode === undefined ? `is not done within ${timeoutSeconds} s` : `ends with ${exitCode}`;
    // An older release does not know the revisions of a newer one: production's, on what staging was.
    throw new NoClone(
      `"${command.join(" ")}" of the release that runs ${how} there, perhaps for the template is ahead of it: ${(await log(3)).trim()}`,
    );
  });
}

/** The number of rows in a database, by the server's statistics. */
async function rowsIn(machine: Machine, { server }: TriedTemplate, database: string): Promise<number> {
  const [rows] = await askSql(
    machine,
    server,
    "SELECT coalesce(sum(c.reltuples), 0)::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND c.reltuples > 0 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema';\n",
    { database },
  );
  return Number(rows);
}

function firstLine({ message }: Error): string {
  return `got ${JSON.stringify(message.split("\n", 1)[0])}`;
}
