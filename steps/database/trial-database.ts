import {
  triedAddress,
  type DatabaseAddress,
  type MeasuredOn,
  type MeasureMigrationsInput,
  type TriedTool,
} from "../../components/contract/measure-migrations.ts";
import { until } from "../../components/input/until.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { StepFailure } from "../step-failure.ts";

/** A database that is there for a trial only. */
export interface TrialDatabase {
  /** The container beside which everything of the trial is; its client connects as `role`, and needs no password. */
  readonly container: string;
  readonly role: string;
  readonly database: string;
  readonly address: DatabaseAddress;
  /** Returns the address of a database as this one was before the migrations. */
  readonly before: () => Promise<DatabaseAddress>;
  readonly on: MeasuredOn;
}

/** The tool with the address of its database, in whatever form it has it. */
export function toolAt<Tool extends TriedTool>(tool: Tool, address: DatabaseAddress): Tool {
  const parts = Object.keys(address) as (keyof DatabaseAddress)[];
  const at = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        parts.reduce((text, part) => text.replaceAll(triedAddress[part], address[part]), value),
      ]),
    );
  return { ...tool, variables: at(tool.variables), files: at(tool.files) };
}

/** The time that the server may take to start, in seconds: on a slow disk it makes its first files. */
const startSeconds = 60;

/** Nothing has to survive a crash, and nothing may change the tables meanwhile. */
const settings = ["fsync=off", "synchronous_commit=off", "autovacuum=off"];

/** Makes a server without a network, with the schema and no rows. */
export function onSchema<T>(
  machine: Machine,
  { postgres: { image, preloads, database }, schema, labels, limits, timeoutSeconds }: MeasureMigrationsInput,
  why: string | undefined,
  work: (database: TrialDatabase) => Promise<T>,
): Promise<T> {
  const server = {
    image,
    environment: { POSTGRES_USER: database, POSTGRES_DB: database, POSTGRES_HOST_AUTH_METHOD: "trust" },
    command: [
      "postgres",
      ...[...settings, ...(preloads === undefined ? [] : [`shared_preload_libraries=${preloads}`])].flatMap(
        (one) => ["-c", one],
      ),
    ],
    ...{ labels, limits, timeoutSeconds: timeoutSeconds + 600 },
  };
  return machine.scratch(server, async (container) => {
    waitingFor("the scratch database starts");
    await ready(machine, container, database);
    const load = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--username", database];
    await machine.run(container, [...load, "--dbname", database], { input: schema, timeoutSeconds });
    const before = `${database}_before`;
    await machine.run(container, ["createdb", "--username", database, "--template", database, before]);
    const address = { host: "127.0.0.1", user: database, password: "any", database };
    return work({
      ...{ container, role: database, database, address },
      before: () => Promise.resolve({ ...address, database: before }),
      on: { kind: "schema", ...(why !== undefined && { why }) },
    });
  });
}

/** While the image sets the data up, the server listens on its socket only. */
async function ready(machine: Machine, container: string, user: string): Promise<void> {
  const look = (): Promise<boolean> =>
    machine.run(container, ["pg_isready", "--quiet", "--host", "127.0.0.1", "--username", user]).then(
      () => true,
      () => false,
    );
  const deadline = Date.now() + startSeconds * 1000;
  if (await until(look, (answers) => answers, { deadline, interval: 200 })) return;
  throw new StepFailure(
    `migrations: the scratch database did not start within ${startSeconds} s; its last log lines:\n${await machine.log(container)}`,
  );
}
