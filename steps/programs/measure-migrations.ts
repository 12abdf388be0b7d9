import type { AdministeredServer } from "../../components/contract/database.ts";
import type {
  MeasureMigrationsInput,
  MeasureMigrationsReceipt,
  TriedResult,
} from "../../components/contract/measure-migrations.ts";
import { until } from "../../components/input/until.ts";
import { measureStatements } from "../database/measure-statements.ts";
import { measureTool } from "../database/measure-tool.ts";
import { PsqlSession } from "../database/psql-session.ts";
import { triedRelease } from "../database/tried-release.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep, StepFailure } from "../program.ts";

/** The time that the server may take to start, in seconds: on a slow disk it makes its first files. */
const startSeconds = 60;

/** Nothing has to survive a crash, and nothing may change the tables meanwhile. */
const settings = ["fsync=off", "synchronous_commit=off", "autovacuum=off"];

async function measure(input: MeasureMigrationsInput, machine: Machine): Promise<MeasureMigrationsReceipt> {
  const { postgres, schema, labels, limits, timeoutSeconds, oldRelease } = input;
  const { image, database } = postgres;
  const server = {
    image,
    environment: { POSTGRES_USER: database, POSTGRES_DB: database, POSTGRES_HOST_AUTH_METHOD: "trust" },
    command: ["postgres", ...settings.flatMap((one) => ["-c", one])],
    ...{ labels, limits, timeoutSeconds: timeoutSeconds + 600 },
  };
  return machine.scratch(server, async (container) => {
    const at = { container, administrator: database };
    waitingFor("the scratch database starts");
    await ready(machine, container, database);
    const load = ["psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--username", database];
    await machine.run(container, [...load, "--dbname", database], { input: schema, timeoutSeconds });
    const before = `${database}_before`;
    await machine.run(container, ["createdb", "--username", database, "--template", database, before]);
    waitingFor("the migrations are tried");
    const statements = await measured(machine, at, input);
    waitingFor(undefined);
    if (oldRelease === undefined || statements.some(({ problem }) => problem !== undefined))
      return { statements };
    return {
      statements,
      oldRelease: await triedRelease(machine, input, oldRelease, { container, database, before }),
    };
  });
}

async function measured(
  machine: Machine,
  server: AdministeredServer,
  input: MeasureMigrationsInput,
): Promise<TriedResult[]> {
  const { postgres, statements, tool, timeoutSeconds } = input;
  const [session, watcher] = [1, 2].map(() => new PsqlSession(machine, server, postgres.database)) as [
    PsqlSession,
    PsqlSession,
  ];
  try {
    if (tool !== undefined) {
      return [await measureTool(machine, watcher, tool, { ...input, beside: server.container })];
    }
    return await measureStatements(session, watcher, statements, Date.now() + timeoutSeconds * 1000);
  } finally {
    session.end();
    watcher.end();
  }
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

await runStep(measure);
