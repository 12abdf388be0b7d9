import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Application } from "../../components/application/application.ts";
import { bucketVariable, objectStorageRegion } from "../../components/application/connections.ts";
import { ownerPassword } from "../../components/contract/create-owner.ts";
import type { PublishedPort, PublishedPorts } from "../../components/environment/local-run.ts";
import { defined } from "../../components/input/defined.ts";
import type { Names } from "../../components/naming/names.ts";
import { namesIn } from "../../components/settings/database-name.ts";
import { isData } from "../../components/settings/ports.ts";
import type { Project } from "../project.ts";
import { namespaceFolder } from "../pulumi/folders.ts";
import { readSecrets } from "./container.ts";

/** The addresses of what is published on this machine, without passwords, by name. */
export type Connections = Readonly<Record<string, string>>;

/** The addresses at which published services and backing services are reached, in words. */
export function connectionsOf(names: Names, ports: PublishedPorts): Connections {
  return Object.fromEntries(
    Object.entries(ports).map(([name, published]) => [
      name,
      inWords(addressOf(name, published, names), published),
    ]),
  );
}

function addressOf(name: string, { port }: PublishedPort, { database, databaseOwner }: Names): string {
  if (name === "postgres") return `postgresql://${databaseOwner}@127.0.0.1:${port}/${database}`;
  if (name === "redis") return `redis://127.0.0.1:${port}/0`;
  return isData(name) ? `http://127.0.0.1:${port}` : `http://localhost:${port}`;
}

function inWords(address: string, { port, wanted }: PublishedPort): string {
  return port === wanted ? address : `${address} (in place of ${wanted}, which was taken)`;
}

/**
 * Writes the file with the connections to the backing services that are published, passwords and keys included, in the
 * form that `node --env-file` and shells read. Only its owner may read it; `destroy` removes it.
 *
 * @returns its path in the project; undefined where none is published
 */
export async function writeConnections(
  project: Pick<Project, "root" | "privateFolder">,
  application: Application,
  { namespace, ports }: { namespace: string; ports: PublishedPorts },
): Promise<string | undefined> {
  const folder = namespaceFolder(project, namespace);
  const file = join(folder, "connections.env");
  const variables = await connectionVariables(
    application,
    namesIn(application, { environment: "local", namespace }),
    ports,
  );
  // One that is there keeps its mode when it is written anew.
  rmSync(file, { force: true });
  if (Object.keys(variables).length === 0) return undefined;
  mkdirSync(folder, { recursive: true });
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
  return relative(project.root, file);
}

/** The variables by which a program on this machine connects; generated passwords are of letters and digits. */
async function connectionVariables(
  application: Application,
  names: Names,
  { postgres, redis, "object-storage": storage }: PublishedPorts,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  if (postgres !== undefined) {
    const { [ownerPassword]: password = "" } = await readSecrets(names.postgres);
    variables.DATABASE_URL = `postgresql://${names.databaseOwner}:${password}@127.0.0.1:${postgres.port}/${names.database}`;
  }
  if (redis !== undefined) {
    const { "redis.conf": configuration = "" } = await readSecrets(names.redis);
    const password = /^requirepass (.*)$/m.exec(configuration)?.[1] ?? "";
    variables.REDIS_URL = `redis://:${password}@127.0.0.1:${redis.port}/0`;
  }
  if (storage !== undefined) {
    const keys = await readSecrets(names.objectStorage);
    variables.S3_ENDPOINT = `http://127.0.0.1:${storage.port}`;
    variables.S3_REGION = objectStorageRegion;
    for (const bucket of application.buckets) variables[bucketVariable(bucket)] = names.bucket(bucket);
    Object.assign(
      variables,
      defined({ S3_ACCESS_KEY_ID: keys.ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: keys.SECRET_ACCESS_KEY }),
    );
  }
  return variables;
}
