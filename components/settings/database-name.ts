import type { Application } from "../application/application.ts";
import { databaseNameOf } from "../application/database-name.ts";
import { show } from "../input/input-checks.ts";
import { InputError } from "../input/input-error.ts";
import type { EnvironmentName } from "../naming/namespace.ts";
import { namesOf, type Names } from "../naming/names.ts";

/** The settings of an environment that say what it is called, and whose server its database is on. */
export interface NamedSettings {
  readonly environment: EnvironmentName;
  readonly namespace: string;
  /** The own name of a preview. */
  readonly previewName?: string;
  /** The origin of a preview's data. */
  readonly data?: { readonly kind: string };
}

/**
 * The names of everything in an environment, with that of its database where the application gives one.
 *
 * It counts on a server of the environment's own. On one that others use, two databases of one name would meet: those of
 * checks and clones of a template keep their namespace's.
 *
 * @throws InputError when that name is too long
 */
export function namesIn({ postgres }: Pick<Application, "postgres">, settings: NamedSettings): Names {
  const { environment, namespace, previewName = environment, data } = settings;
  const pattern = postgres?.database;
  if (pattern === undefined || environment === "ci" || data?.kind === "template") return namesOf(namespace);
  return namesOf(namespace, databaseNameOf(pattern, { environment: previewName, namespace }));
}

/**
 * Makes sure that the roles of a server are not those of a run that makes a role and databases on it, and removes them.
 *
 * @throws InputError where they are
 */
export function checkApart(server: Names, own: Names): void {
  if (![server.database, server.databaseOwner].includes(own.database)) return;
  throw new InputError([
    `postgres.database: expected another name than that of the role of ci on this server, got ${show(own.database)}; give another one, or set towpath:namespace in Pulumi.ci.yaml`,
  ]);
}
