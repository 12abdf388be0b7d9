import { parseApplication } from "../../components/application/parse.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { attached } from "../process/attached.ts";
import type { Project } from "../project.ts";
import { stack as localStack } from "../stack/session.ts";
import { settingsOf } from "../stack/settings.ts";
import { findContainers, runningOf, terminalFlags } from "../stack/stack-containers.ts";
import type { Progress } from "../terminal/progress.ts";

/** What psql is asked for. */
export interface PsqlRequest {
  /** The stack; this working copy's local environment when it is left out. */
  readonly stack?: string | undefined;
  /** True to let production be written to, which is read otherwise. */
  readonly write?: boolean;
  /** psql's own arguments. */
  readonly args: readonly string[];
}

/** The server's setting by which a session changes nothing, unless it says itself that it will. */
const readOnly = ["--env", "PGOPTIONS=-c default_transaction_read_only=on"];

/** Becomes psql for the role that the database "$1" belongs to, with the arguments after it. */
export const asOwner = [
  "database=$1; shift; sql='SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()'",
  'owner=$(psql --no-psqlrc --no-align --tuples-only --username "$database" --dbname "$database" --command "$sql")',
  'exec psql --username "$owner" --dbname "$database" "$@"',
].join("; ");

/**
 * psql on an environment's database, as the application's own role. It runs in the database's container, where the server
 * trusts whoever comes by its socket: no password is needed or shown.
 *
 * Where people agree to each release, nothing is changed by a slip of the hand: transactions are read-only there.
 *
 * @returns psql's exit code
 */
export async function psql(
  { stack = localStack, write = false, args }: PsqlRequest,
  progress: Progress,
  project: Project,
): Promise<number> {
  const found = await findContainers({ stack, part: "postgres" }, progress, project);
  const { id, client } = runningOf(found, "postgres");
  const { database } = namesIn(parseApplication(project.application), {
    ...settingsOf(project, stack),
    namespace: found.namespace,
  });
  const isGuarded = kindOf(environmentOf(stack))?.reviewed === true && !write;
  if (isGuarded && process.stdin.isTTY && process.stdout.isTTY)
    progress.say(
      `${stack}: transactions are read-only; npx towpath psql --stack ${stack} --write lets you change something`,
    );
  progress.stop();
  return attached(
    "docker",
    [
      ...["exec", ...terminalFlags(), ...(isGuarded ? readOnly : []), id],
      ...["sh", "-ec", asOwner, "sh", database, ...args],
    ],
    { environment: client },
  );
}
