import { namesOf } from "../../components/naming/names.ts";
import { attached } from "../process/attached.ts";
import type { Project } from "../project.ts";
import { findLocal, runningOf, terminalFlags } from "../stack/local-containers.ts";
import type { Progress } from "../terminal/progress.ts";

/**
 * psql on the local environment's database, as the application's own role. It runs in the database's container, where the
 * server trusts whoever comes by its socket: no password is needed or shown.
 *
 * @returns psql's exit code
 */
export async function psql(progress: Progress, args: readonly string[], project: Project): Promise<number> {
  const local = await findLocal(progress, project, "postgres");
  const { id } = runningOf(local, "postgres");
  const { database } = namesOf(local.namespace);
  progress.stop();
  return attached("docker", [
    "exec",
    ...terminalFlags(),
    id,
    "psql",
    "--username",
    database,
    "--dbname",
    database,
    ...args,
  ]);
}
