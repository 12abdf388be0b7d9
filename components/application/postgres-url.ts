import { postgresPort } from "./connections.ts";

/** The way to a PostgreSQL database, as a URL says it. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Left out where the server asks for none. */
  readonly password?: string;
  readonly database: string;
  /** The options that PostgreSQL's own clients know, by their names. */
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Options that PostgreSQL's own clients take over from a URL; those of an application's own library mean nothing to them.
 *
 * Not `application_name`: whoever waits for a lock sees by it who holds it.
 */
const knownOptions = [
  ...["sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslsni", "ssl_min_protocol_version"],
  ...["channel_binding", "gssencmode", "target_session_attrs", "options"],
  ...["connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"],
];

/** The time that a connection may take to come about where the URL gives none, in seconds. */
const connectSeconds = "10";

/** The service that clients connect to by the service file. */
export const postgresService = "external";

/** Reads the URL of a database; a text is what it is instead, and shows no part of it that may be secret. */
export function postgresAddress(text: string): PostgresAddress | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme === undefined) return "a text that is no URL";
  if (!/^postgres(?:ql)?(?:\+[a-z0-9]+)?$/i.test(scheme)) return `a URL that begins with "${scheme}://"`;
  // By a scheme without rules of its own: the driver's name after a plus sign changes nothing.
  const url = URL.parse(text.replace(/^[^:]+/, "postgresql"));
  if (url?.hash !== "") return "a text that is no URL, or has a letter that is not encoded";
  if (url.hostname === "") return "a URL without a host";
  const decoded = decodedParts(url);
  if (decoded === undefined) return "a text that is no URL, or has a letter that is not encoded";
  const { user, password, database, options } = decoded;
  if (user === "") return "a URL without a user";
  if (database === "") return "a URL without a database";
  const texts = [user, password, database, ...Object.values(options)];
  // eslint-disable-next-line no-control-regex -- these would end a line of the service file, or part of it
  if (texts.some((one) => /[\u0000-\u001f\u007f]|\s$/.test(one))) {
    return "a URL with a space at the end of a part, or a letter that cannot be printed";
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || postgresPort),
    ...{ user, database, options },
    ...(password !== "" && { password }),
  };
}

/** The parts of a URL with their letters as they are; undefined where one is encoded wrongly. */
function decodedParts(
  url: URL,
): Pick<Required<PostgresAddress>, "user" | "password" | "database" | "options"> | undefined {
  const given = [...url.searchParams].map(([name, value]): [string, string] =>
    // As PostgreSQL's own clients understand Java's.
    name === "ssl" && value === "true" ? ["sslmode", "require"] : [name, value],
  );
  try {
    return {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      options: Object.fromEntries(given.filter(([name]) => knownOptions.includes(name))),
    };
  } catch {
    return undefined;
  }
}

/** Returns an address as people know it, without its password: `notes on db.example.com:5432`. */
export function postgresInWords({ host, port, database }: PostgresAddress): string {
  return `${database} on ${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The file by which PostgreSQL's clients reach a database without a password in their arguments, see `PGSERVICEFILE`. */
export function serviceFile({ host, port, user, password, database, options }: PostgresAddress): string {
  const settings = {
    ...{ host, port, dbname: database, user },
    ...(password !== undefined && { password }),
    ...{ connect_timeout: connectSeconds, ...options },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  return `[${postgresService}]\n${lines.join("\n")}\n`;
}
