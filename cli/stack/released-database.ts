import type { Application } from "../../components/application/application.ts";
import { secretFile } from "../../components/application/connections.ts";
import { postgresServiceSecret } from "../../components/contract/database.ts";
import { askDocker } from "../../components/host/host-engine.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { namesIn, type NamedSettings } from "../../components/settings/database-name.ts";
import { externalUrl } from "../../components/settings/external.ts";
import { Problem } from "../problem.ts";

/** The database of a released environment, and the container on its host that reaches it. */
export interface ReleasedDatabase {
  readonly container: string;
  readonly administrator: string;
  readonly database: string;
  /** True where the container has only clients of a server elsewhere. */
  readonly external?: true;
}

/**
 * Finds the database of an environment that was released, on a server of its own or elsewhere.
 *
 * @throws Problem where the host does not know the way to one that is elsewhere
 */
export async function releasedDatabase(
  application: Pick<Application, "postgres">,
  settings: NamedSettings,
  connection: HostConnection,
): Promise<ReleasedDatabase> {
  const { postgres, postgresClient: container, database } = namesIn(application, settings);
  if (externalUrl(settings, "postgres") === undefined) {
    return { container: postgres, administrator: database, database };
  }
  // Of the service file only what is no secret; the password stays on the host.
  const { path } = secretFile(postgresServiceSecret);
  const asked = ["exec", container, "sed", "-n", "/^user=/p; /^dbname=/p", path];
  const { stdout, stderr } = await askDocker(connection, asked);
  const [, administrator] = /^user=(.+)$/m.exec(stdout) ?? [];
  const [, name] = /^dbname=(.+)$/m.exec(stdout) ?? [];
  if (administrator !== undefined && name !== undefined) {
    return { container, administrator, database: name, external: true };
  }
  throw new Problem(unknownWay(container, connection.host, stderr.trim()));
}

/** Says that a host does not know the way to an external database. */
export function unknownWay(container: string, host: string, said: string): string {
  return `towpath:postgres.external: expected the way to the external database in ${container} on ${host}, got ${JSON.stringify(said)}; release with these settings first, or see there what became of that container`;
}
