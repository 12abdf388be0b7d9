import type { PreparePostgresInput } from "../../components/contract/prepare-postgres.ts";
import { identifier } from "../database/databases.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** The time that one extension may take, in seconds. */
const extensionSeconds = 120;

async function preparePostgres(input: PreparePostgresInput, machine: Machine): Promise<object> {
  const { container, image, databases, extensions } = input;
  const ask = (database: string, sql: string): Promise<string> =>
    machine.run(container, clientOf(input, database), { input: sql, timeoutSeconds: extensionSeconds });
  if (image !== undefined) {
    const answer = await ask("postgres", "SHOW server_version_num;\nSHOW data_directory;\n");
    const [number = "", folder = ""] = answer.trim().split("\n");
    const problem = imageProblem(image, Math.floor(Number(number) / 10_000), folder);
    if (problem !== undefined) throw new StepFailure(problem);
  }
  for (const database of databases)
    for (const extension of extensions)
      await ask(database, `CREATE EXTENSION IF NOT EXISTS ${identifier(extension)} CASCADE;\n`).catch(
        (error: unknown) => {
          throw new StepFailure(notCreated(extension, database, input, (error as Error).message));
        },
      );
  return { container, extensions };
}

/** Psql, told by its standard input; clients of a server elsewhere know the way to it, and to its database. */
function clientOf({ administrator, external }: PreparePostgresInput, database: string): string[] {
  const client = ["psql", "--quiet", "--no-psqlrc", "--no-password", "--no-align", "--tuples-only"];
  const failing = ["--set", "ON_ERROR_STOP=1", "--set", "VERBOSITY=terse"];
  const to = external === true ? [] : ["--username", administrator, "--dbname", database];
  return [...client, ...failing, ...to];
}

function imageProblem(
  { reference, version, dataPath }: NonNullable<PreparePostgresInput["image"]>,
  found: number,
  folder: string,
): string | undefined {
  const got = `got ${JSON.stringify(reference)}`;
  if (found !== version)
    return `postgres.image: expected an image of PostgreSQL ${version}, as postgres.version says, ${got}, whose server is ${found}; take one of ${version}`;
  if (folder === dataPath || folder.startsWith(`${dataPath}/`)) return undefined;
  return `postgres.image: expected an image that keeps its data in ${dataPath}, where the volume is, ${got}, whose server has it in ${folder}; take one that is made from the official image`;
}

function notCreated(
  extension: string,
  database: string,
  { external }: PreparePostgresInput,
  said: string,
): string {
  const line = said
    .replace(/^docker exec: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, "; ");
  const fix =
    external === true
      ? "have its administrator create it, or let the user of the URL do so"
      : "name an image that has it in postgres.image, or what it asks for in postgres.settings";
  return `postgres.extensions: ${JSON.stringify(extension)} cannot be created in the database ${database}, got "${line}"; ${fix}`;
}

await runStep(preparePostgres);
