import {
  templateNames,
  type CloneDatabaseInput,
  type CloneReceipt,
} from "../../components/contract/template.ts";
import type { AdministeredServer } from "../../components/contract/database.ts";
import { marked } from "../../components/naming/run-mark.ts";
import type { Machine } from "../machine/machine.ts";
import { isOver, untilOf } from "../machine/overdue.ts";
import { StepFailure } from "../step-failure.ts";
import { askSql, createRole, identifier, literal } from "./databases.ts";
import { createClosedDatabase, prepareTemplateServer, sizeOf } from "./template.ts";

/** What makes a clone. */
type Clone = Omit<CloneDatabaseInput, "network" | "alias"> & {
  /** The time that copying may take on the server, in seconds; left out, all that it needs. */
  readonly timeoutSeconds?: number;
};

/**
 * Makes a database as the template is, for a role that can connect to nothing else; one that is there stays, with the
 * role's password as it is given.
 *
 * @throws StepFailure when there is no template, or the database is somebody else's
 */
export async function cloneTemplate(
  machine: Machine,
  { server, clone, password, labels, timeoutSeconds = 0 }: Clone,
): Promise<CloneReceipt> {
  await prepareTemplateServer(machine, server);
  const whose = JSON.stringify(marked(labels));
  const known = await ownerOf(machine, server, clone);
  if (known !== undefined && known["towpath.namespace"] !== labels["towpath.namespace"]) {
    throw new StepFailure(
      `towpath:data: expected the database ${clone} on ${server.container} to be of ${String(labels["towpath.namespace"])}, got ${String(known["towpath.namespace"])}; remove that one first`,
    );
  }
  if (known === undefined) {
    await checkTemplate(machine, server);
    await dropClone(machine, server, clone);
  }
  const role = identifier(clone);
  // Who made it says the comment, which stays.
  const comment = known === undefined ? `COMMENT ON ROLE ${role} IS ${literal(whose)};` : "";
  await askSql(
    machine,
    server,
    `${createRole(clone, "LOGIN")}
     ${comment}
     ALTER ROLE ${role} PASSWORD ${literal(password)};\n`,
  );
  const method = known === undefined ? await make(machine, { server, clone, timeoutSeconds }, whose) : "kept";
  return { bytes: (await sizeOf(machine, server, clone)) ?? 0, method };
}

/** Removes a database with its role, whoever is connected to it; one that is not there is fine. */
export async function dropClone(machine: Machine, server: AdministeredServer, clone: string): Promise<void> {
  const name = identifier(clone);
  await askSql(
    machine,
    server,
    `DROP DATABASE IF EXISTS ${name} WITH (FORCE);\nDROP ROLE IF EXISTS ${name};\n`,
    { timeoutSeconds: 300 },
  );
}

/** Removes the clones with these labels that were for some work only, and whose time is over. */
export async function dropOverdueClones(
  machine: Machine,
  server: AdministeredServer,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const listed = await askSql(
    machine,
    server,
    "SELECT rolname || ' ' || shobj_description(oid, 'pg_authid') FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '{%';\n",
  );
  for (const line of listed) {
    const at = line.indexOf(" ");
    const known = JSON.parse(line.slice(at)) as Readonly<Partial<Record<string, string>>>;
    const isOurs = Object.entries(labels).every(([key, value]) => known[key] === value);
    if (isOurs && isOver(untilOf(known))) await dropClone(machine, server, line.slice(0, at));
  }
}

async function checkTemplate(machine: Machine, server: AdministeredServer): Promise<void> {
  if ((await sizeOf(machine, server, templateNames.database)) !== undefined) return;
  throw new StepFailure(
    `towpath:data: expected a template on ${server.container}, got none yet; make one with npx towpath template refresh and run the command again`,
  );
}

/** The labels that say whose a database is; undefined for one that is not there, or not done. */
async function ownerOf(
  machine: Machine,
  server: AdministeredServer,
  clone: string,
): Promise<Readonly<Partial<Record<string, string>>> | undefined> {
  const [whose] = await askSql(
    machine,
    server,
    `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = ${literal(clone)};\n`,
  );
  return whose === undefined ? undefined : (JSON.parse(whose) as Record<string, string>);
}

async function make(
  machine: Machine,
  copied: Required<Pick<Clone, "server" | "clone" | "timeoutSeconds">>,
  whose: string,
): Promise<CloneReceipt["method"]> {
  const { server, clone } = copied;
  const name = identifier(clone);
  const method = await copy(machine, copied);
  // All that is in it belongs to a role of the template's, which owns nothing else.
  await askSql(machine, server, `REASSIGN OWNED BY ${identifier(templateNames.owner)} TO ${name};\n`, {
    database: clone,
    timeoutSeconds: 300,
  });
  // The comment is last: it says that the database is done.
  await askSql(
    machine,
    server,
    `ALTER DATABASE ${name} OWNER TO ${name};
     ALTER DATABASE ${name} CONNECTION LIMIT -1;
     COMMENT ON DATABASE ${name} IS ${literal(whose)};\n`,
  );
  return method;
}

/** Copies the template: file by file, which writes no log of every block; and shares blocks where server and file system can. */
async function copy(
  machine: Machine,
  { server, clone, timeoutSeconds }: Required<Pick<Clone, "server" | "clone" | "timeoutSeconds">>,
): Promise<CloneReceipt["method"]> {
  // The server ends it itself: a client that is ended leaves it going on. Zero is no limit.
  const limit = `SET statement_timeout = '${timeoutSeconds}s';`;
  const [version = ""] = await askSql(machine, server, "SHOW server_version_num;\n");
  const from = `TEMPLATE ${identifier(templateNames.database)} STRATEGY FILE_COPY`;
  if (Number(version) >= 18_00_00) {
    try {
      await createClosedDatabase(machine, server, clone, from, `${limit}SET file_copy_method = clone;`);
      return "clone";
    } catch (error) {
      if (!(error instanceof StepFailure) || !/could not (?:clone|copy)/.test(error.message)) throw error;
    }
  }
  await createClosedDatabase(machine, server, clone, from, limit);
  return "copy";
}
