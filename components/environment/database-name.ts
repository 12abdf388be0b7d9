import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { Names } from "../naming/names.ts";
import { stackOutputsOf } from "../plan/stack-outputs.ts";
import { namesIn, type NamedSettings } from "../settings/database-name.ts";

/** The environment whose database it is. */
interface Environment {
  readonly application: Pick<Application, "postgres">;
  readonly settings: NamedSettings;
}

/** Returns the variables of a container, as the engine has them; undefined where there is none. */
export type AskVariables = (container: string) => Promise<readonly string[] | undefined>;

/** The stack's output that tells the name of its database, where one was given. */
export function databaseOutput({ application, settings }: Environment): { readonly database?: string } {
  return application.postgres?.database === undefined
    ? {}
    : { database: namesIn(application, settings).database };
}

/**
 * Makes sure that the data of an environment is in a database of the name that the application gives.
 *
 * A server makes its database and its roles with its data: under another name it would not find them, and start no more.
 *
 * @throws InputError where it has another name
 */
export async function checkDatabaseName(environment: Environment, ask: AskVariables): Promise<void> {
  const { application, settings } = environment;
  if (application.postgres === undefined) return;
  const names = namesIn(application, settings);
  const { database: noted } = (await stackOutputsOf(pulumi.getStack())) ?? {};
  const known =
    typeof noted === "string" || application.postgres.database === undefined
      ? noted
      : databaseIn((await ask(names.postgres)) ?? []);
  if (typeof known === "string" && known !== names.database) throw new InputError([renamed(names, known)]);
}

/** The database of a server, by the variables of its container. */
function databaseIn(variables: readonly string[]): string | undefined {
  return variables.find((one) => one.startsWith("POSTGRES_DB="))?.slice("POSTGRES_DB=".length);
}

/** Says that data has another name. */
function renamed(names: Names, known: string): string {
  return `postgres.database: expected the name of the database that is in ${names.volume("postgres")}, ${show(known)}, got ${show(names.database)}; data keeps the name that it was made with: take that one, or destroy the environment and make it again where its data may go`;
}
