/** The servers that Towpath brings, by the names under which a compose file's services reach them. */
export interface ServerHosts {
  readonly postgres: readonly string[];
  readonly redis: readonly string[];
  readonly "object-storage": readonly string[];
  /** The bucket whose endpoint and keys stand for the object storage. */
  readonly bucket: string;
}

/** A text with references in the place of what leads to a server. */
export interface Connection {
  /** The text as a description has it. */
  readonly text: string;
  /** What the service needs for it. */
  readonly need: string;
}

/** A text as a description has it: nothing in it is a reference. */
export function asText(value: string): string {
  return value.replaceAll("${", () => "$${");
}

/** The text of a variable with references where it leads to one of the servers; undefined where it leads to none. */
export function connectionIn(name: string, value: string, hosts: ServerHosts): Connection | undefined {
  // A word such as `redis` may as well be a driver's name.
  if (/^[\w-]+$/.test(value) && !/(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/i.test(name)) return undefined;
  for (const host of hosts.postgres) {
    const found = postgresIn(value, host);
    if (found !== undefined) return found;
  }
  for (const host of hosts.redis) {
    const found = redisIn(value, host);
    if (found !== undefined) return found;
  }
  for (const host of hosts["object-storage"]) {
    const found = storageIn(value, host, hosts.bucket);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A part that leads to a server: `scheme://user:password@host:port/path`. */
interface Address {
  readonly before: string;
  readonly scheme: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly port: string | undefined;
  readonly path: string;
  readonly after: string;
}

function addressIn(value: string, host: string): Address | undefined {
  const found = new RegExp(
    `^(.*?)([a-z][a-z0-9+.-]*://)(?:([^\\s/@:,]*)(?::([^\\s@]*))?@)?${literally(host)}(?::(\\d+))?(/[^\\s?,;]*)?(?=[?\\s,;]|$)(.*)$`,
    "is",
  ).exec(value);
  if (found === null) return undefined;
  const [, before = "", scheme = "", user, password, port, path = "", after = ""] = found;
  return { before, scheme, user, password, port, path, after };
}

/** A text as a part of a regular expression that means itself. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function postgresIn(value: string, host: string): Connection | undefined {
  const address = addressIn(value, host);
  if (address !== undefined) {
    const { before, scheme, user, password, path, after } = address;
    const isWhole =
      before === "" && after === "" && scheme === "postgresql://" && password !== undefined && path !== "";
    if (isWhole) return { text: "${postgres.url}", need: "postgres" };
    const login =
      user === undefined ? "" : `\${postgres.user}${password === undefined ? "" : ":${postgres.password}"}@`;
    const database = path === "" || path === "/" ? path : "/${postgres.database}";
    const text = `${asText(before)}${scheme}${login}\${postgres.host}:\${postgres.port}${database}${asText(after)}`;
    return { text, need: "postgres" };
  }
  if (isPairs(value, host)) return { text: pairs(value), need: "postgres" };
  return bare(value, host, "postgres");
}

const pairKeys: Readonly<Record<string, RegExp>> = {
  host: /^(?:host|server|hostaddr|data source)$/i,
  port: /^port$/i,
  user: /^(?:user|username|user ?id|uid)$/i,
  password: /^(?:password|pwd)$/i,
  database: /^(?:dbname|db|database|initial catalog)$/i,
};

/** Tells whether a text is one of `host=db user=notes` or `Host=db;Username=notes`. */
function isPairs(value: string, host: string): boolean {
  return new RegExp(
    `(?:^|[\\s;])(?:host|server|data source)\\s*=\\s*${literally(host)}(?=[\\s;]|$)`,
    "i",
  ).test(value);
}

function pairs(value: string): string {
  return value.replace(
    /([A-Za-z][A-Za-z ]*?)(\s*=\s*)([^\s;]+)/g,
    (written, key: string, equals: string, text: string) => {
      const part = Object.keys(pairKeys).find((one) => pairKeys[one]?.test(key.trim()));
      return part === undefined
        ? `${key}${equals}${asText(text)}`
        : `${written.slice(0, written.length - text.length)}\${postgres.${part}}`;
    },
  );
}

/** `db`, or `db:5432`. */
function bare(value: string, host: string, need: "postgres" | "redis"): Connection | undefined {
  if (value === host) return { text: `\${${need}.host}`, need };
  if (!new RegExp(`^${literally(host)}:\\d+$`).test(value)) return undefined;
  return { text: `\${${need}.host}:\${${need}.port}`, need };
}

function redisIn(value: string, host: string): Connection | undefined {
  const address = addressIn(value, host);
  if (address === undefined) return bare(value, host, "redis");
  const { before, scheme, path, after } = address;
  const isOne = before === "" && after === "" && scheme === "redis://";
  if (isOne && /^\/?0?$/.test(path)) return { text: "${redis.url}", need: "redis" };
  // Towpath's server speaks without TLS, within the environment's own network.
  const plain = scheme.replace(/^rediss:/, "redis:");
  const text = `${asText(before)}${plain}:\${redis.password}@\${redis.host}:\${redis.port}${path}${asText(after)}`;
  return { text, need: "redis" };
}

function storageIn(value: string, host: string, bucket: string): Connection | undefined {
  const address = addressIn(value, host);
  if (address === undefined) return undefined;
  const { before, path, after, user } = address;
  if (!/^https?:\/\/$/.test(address.scheme) || user !== undefined) return undefined;
  const text = `${asText(before)}\${bucket.${bucket}.endpoint}${asText(path.replace(/^\/$/, ""))}${asText(after)}`;
  return { text, need: bucket };
}

const groups: readonly (readonly [Group, RegExp])[] = [
  ["postgres", /^(.*_)?(?:DB|DATABASE|POSTGRES(?:QL)?|PG|PSQL|SQL)_?(?=(?:[A-Z]+)$)/],
  ["redis", /^(.*_)?(?:REDIS|VALKEY)_?(?=(?:[A-Z]+)$)/],
];
type Group = "postgres" | "redis";

const parts: Readonly<Record<string, RegExp>> = {
  host: /^(?:HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/,
  port: /^PORT$/,
  user: /^(?:USER|USERNAME|LOGIN)$/,
  password: /^(?:PASS|PASSWORD|PASSWD)$/,
  database: /^(?:NAME|DB|DATABASE|DBNAME)$/,
};

/** A variable that holds a part of a connection, by its name. */
export interface PartOfConnection {
  readonly need: Group;
  readonly part: "host" | "port" | "user" | "password" | "database";
  /** What is before the part's own word, which all parts of one connection have. */
  readonly prefix: string;
}

/** The part of a connection that a variable holds by its name: `DB_USER`, `PGPASSWORD`, `REDIS_PORT`. */
export function partNamed(name: string): PartOfConnection | undefined {
  for (const [need, form] of groups) {
    const prefix = form.exec(name.toUpperCase())?.[0];
    if (prefix === undefined) continue;
    const word = name.toUpperCase().slice(prefix.length);
    const part = Object.keys(parts).find((one) => parts[one]?.test(word)) as
      PartOfConnection["part"] | undefined;
    // REDIS_DB is a number of the application's own choice.
    if (part === undefined || (need === "redis" && (part === "database" || part === "user"))) continue;
    return { need, part, prefix };
  }
  return undefined;
}

/** The part of an object storage's connection that a variable holds by its name. */
export function storagePartNamed(name: string): "accessKey" | "secretKey" | "region" | "name" | undefined {
  const upper = name.toUpperCase();
  if (!/(?:^|_)(?:S3|MINIO|AWS|STORAGE|BUCKET|SPACES|OBJECT)(?:_|$)/.test(upper)) return undefined;
  if (/(?:SECRET_(?:ACCESS_)?KEY(?:_ID)?|ROOT_PASSWORD|MINIO_PASSWORD|S3_SECRET)$/.test(upper))
    return "secretKey";
  if (/(?:ACCESS_KEY(?:_ID)?|ROOT_USER|MINIO_USER|KEY_ID)$/.test(upper)) return "accessKey";
  if (/REGION(?:_NAME)?$/.test(upper)) return "region";
  return /(?:^|_)BUCKET$|BUCKET_NAME$/.test(upper) ? "name" : undefined;
}
