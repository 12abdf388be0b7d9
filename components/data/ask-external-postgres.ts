import type { PostgresServer } from "../application/application.ts";
import {
  postgresInWords,
  postgresService,
  serviceFile,
  type PostgresAddress,
} from "../application/postgres-url.ts";
import { postgresImage } from "../application/servers.ts";
import type { RunLimits } from "../contract/command-run.ts";
import type { HostView } from "../host/host-view.ts";
import { blankOut } from "../input/blank-out.mjs";

/** The database that is asked, and who asks. */
export interface AskedDatabase {
  readonly address: PostgresAddress;
  /** The secret that holds its URL. */
  readonly secret: string;
  /** The server that the application describes. */
  readonly described: PostgresServer;
  /** The host that has to reach it. */
  readonly host: string;
}

const client = "psql --no-psqlrc --quiet --no-align --tuples-only --no-password --set ON_ERROR_STOP=1";

/** The sessions of the server, by their processes, that one connection is given; a second one is open in between. */
const rounds = 3;

/**
 * Prints the server's version, and then which of the server's sessions this connection is given, one other than it, and again
 * this one: a pooler that shares sessions gives the same to both, or another one for each question.
 */
const script = `set -eu
umask 077
cat >/tmp/service
export PGSERVICEFILE=/tmp/service PGSERVICE=${postgresService}
${client} <<'END'
SHOW server_version_num;
${Array.from({ length: rounds }, () => `SELECT pg_backend_pid();\n\\! ${client} --command 'SELECT pg_backend_pid()'`).join("\n")}
END`;

/** Asks a database from the host whether a release can use it. Returns why not; nothing, where it can. Changes nothing. */
export async function externalPostgresProblem(
  asked: AskedDatabase,
  { ask }: Pick<HostView, "ask">,
  { imageMirror, limits }: { readonly imageMirror: string; readonly limits: RunLimits },
): Promise<string | undefined> {
  const image = postgresImage(asked.described, imageMirror);
  const answer = await ask({ image, script, input: serviceFile(asked.address), limits });
  return "problem" in answer ? unreached(asked, answer.problem) : judged(asked, answer.printed);
}

function judged(asked: AskedDatabase, printed: string): string | undefined {
  const [number = "", ...sessions] = printed.trim().split("\n");
  if (!/^\d{5,6}$/.test(number) || sessions.length !== rounds * 2) return unreached(asked, printed.trim());
  const { address, described, secret } = asked;
  const { version } = described;
  const found = Math.floor(Number(number) / 10_000);
  const named = postgresInWords(address);
  if (found !== version) {
    return `postgres.version: the external database ${named} is PostgreSQL ${found}, got ${version} in application.ts; describe ${found}, whose own programs dump it, or use a server of version ${version}`;
  }
  const own = new Set(sessions.filter((_, index) => index % 2 === 0));
  const others = sessions.filter((_, index) => index % 2 === 1);
  if (own.size === 1 && !others.some((session) => own.has(session))) return undefined;
  return `towpath:postgres.external.url: expected a session of its own for each connection to ${named}, got a pooler that shares them between transactions; the lock of migrations does not last there: put the address of the server itself, or of a pooler in session mode, into the secret ${secret}`;
}

function unreached({ address, secret, host }: AskedDatabase, said: string): string {
  const line = said.replace(/^psql: error: /, "").replaceAll(/\s*\n\s*/g, "; ");
  const hidden = blankOut(
    line.replaceAll(/\s+/g, " "),
    address.password === undefined ? [] : [address.password],
  );
  return `towpath:postgres.external.url: the database ${postgresInWords(address)} does not answer ${host}, got "${hidden}"; correct the secret ${secret}, or have the server let ${host} in`;
}
