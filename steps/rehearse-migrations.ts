import { appendFile, writeFile } from "node:fs/promises";
import { rehearsal } from "../components/application/checks.ts";
import { logFile, sqlFile } from "../components/ci/result.ts";
import { CheckFailure, withResult } from "./check-result.ts";
import { runInContainer, type ContainerRun } from "./container-run.ts";
import { createDatabase, dropDatabase, type DatabaseServer } from "./databases.ts";
import { docker, lastLogLines } from "./docker.ts";
import { runStep } from "./program.ts";

/** The application's migrations, tried on a database that nothing else uses. */
export interface RehearseMigrationsInput extends Omit<ContainerRun, "command"> {
  readonly commands: {
    readonly up: readonly string[];
    /** To the lowest revision; left out, only up is tried. */
    readonly down?: readonly string[];
    /** Prints what `up` would run. */
    readonly sql?: readonly string[];
  };
  readonly database: { readonly server: DatabaseServer; readonly name: string; readonly owner: string };
  readonly timeoutSeconds: number;
  /** The folder for the reports of all checks. */
  readonly reports: string;
}

function rehearse(input: RehearseMigrationsInput): Promise<object> {
  return withResult(input.reports, rehearsal, async () => {
    const both = await Promise.allSettled([upAndDown(input), printSql(input)]);
    for (const one of both) if (one.status === "rejected") throw one.reason;
    return {};
  });
}

async function upAndDown(input: RehearseMigrationsInput): Promise<void> {
  const { server, name, owner } = input.database;
  const { up, down } = input.commands;
  await createDatabase(server, name, owner);
  try {
    await command(input, "up", up);
    if (down === undefined) return;
    await command(input, "down", down);
    await command(input, "up again", up);
  } finally {
    await dropDatabase(server, name);
  }
}

/** The SQL is printed without a database, so beside the rest. */
async function printSql(input: RehearseMigrationsInput): Promise<void> {
  const { sql } = input.commands;
  if (sql === undefined) return;
  await writeFile(sqlFile(input.reports, rehearsal), await command(input, "the SQL", sql));
}

/** Runs one command and gives back what it printed on standard output. */
function command(input: RehearseMigrationsInput, what: string, words: readonly string[]): Promise<string> {
  const { timeoutSeconds, reports } = input;
  return runInContainer({ ...input, command: words }, timeoutSeconds, async (container, exitCode) => {
    const log = await lastLogLines(container, 1000);
    await appendFile(logFile(reports, rehearsal), `${words.join(" ")}\n${log}\n`);
    if (exitCode === 0) return docker(["logs", container]);
    const how =
      exitCode === undefined
        ? `did not end within ${timeoutSeconds} s and was stopped`
        : `has to end with 0, got exit code ${exitCode}`;
    throw new CheckFailure(
      `migrations (${what}): "${words.join(" ")}" ${how}`,
      await lastLogLines(container),
    );
  });
}

await runStep(rehearse);
