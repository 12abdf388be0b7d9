import { parseEnv } from "node:util";
import { secretsOfNeed, variablesOfNeed } from "../../components/application/connections.ts";
import { longestName, readableOf } from "../../components/naming/namespace.ts";

/** A variable that the programs of a repository are given. */
export interface Variable {
  readonly name: string;
  /** The value in the example; undefined for one that only a program's source names. */
  readonly value: string | undefined;
}

/** The purpose of a variable: a connection to a backing service, a secret, or neither. */
export type Purpose = "postgres" | "redis" | "storage" | "secret" | "setting";

/** The variables of an `.env.example`, by their names. */
export function variablesIn(example: string): Variable[] {
  return Object.entries(parseEnv(example))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => ({ name, value: value ?? "" }));
}

/** The names of connections, as an extended regular expression of whole words, for a look into sources. */
export const connectionNames =
  "DATABASE_URL|POSTGRES_(HOST|PORT|USER|PASSWORD|DB|SERVER|URL)|PG(HOST|PORT|USER|PASSWORD|DATABASE)" +
  "|REDIS_(URL|HOST|PORT|PASSWORD|DSN)" +
  "|S3_(BUCKET(_[A-Z0-9_]+)?|ENDPOINT(_URL)?|REGION|ACCESS_KEY(_ID)?|SECRET(_ACCESS)?_KEY)" +
  "|MINIO_(ENDPOINT|BUCKET|ACCESS_KEY|SECRET_KEY|ROOT_USER|ROOT_PASSWORD)";

const connections = new RegExp(`^(?:${connectionNames})$`);
/** Tells whether a variable belongs to the connection to a backing service. */
export function isConnection(name: string): boolean {
  return connections.test(name);
}

const secretWord =
  /(?:^|_)(?:SECRETS?|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PASS|CREDENTIALS?|DSN|SALT|PEPPER|KEY|APIKEY)(?:_|$)/;
const plainEnding =
  /_(?:URL|URI|PATH|FILE|NAME|HOST|PORT|USER|USERNAME|ALGORITHM|MINUTES|SECONDS|HOURS|DAYS|LENGTH|ENABLED|ISSUER|AUDIENCE|TTL|HEADER|TYPE)$|EXPIR/;
const publicName = /(?:^|_)PUBLIC(?:_|$)|^VITE_|^REACT_APP_/;
/** The names that `application.ts` takes for secrets. */
export const secretName = /^(?!GITHUB_|TOWPATH_|.*_FILE$)[A-Z][A-Z0-9_]{0,99}$/;

/** Guesses a variable's purpose by its name and the value in the example. */
export function purposeOf({ name, value = "" }: Variable): Purpose {
  if (isConnection(name)) {
    if (name.startsWith("REDIS")) return "redis";
    if (/^(?:S3|MINIO)_/.test(name)) return "storage";
    if (name !== "DATABASE_URL" || schemeOf(value) === undefined || isPostgres(value)) return "postgres";
  }
  return secretName.test(name) && isSecret(name, value) ? "secret" : "setting";
}

/** Tells whether a variable seems to hold a secret, by its name and value. */
export function isSecret(name: string, value: string): boolean {
  // An address with a password in it.
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@:]*:[^/@]+@/i.test(value)) return true;
  if (publicName.test(name) || plainEnding.test(name)) return false;
  return secretWord.test(name) && !/^(?:\d+|true|false)$/i.test(value);
}

/** The scheme of an address: `postgresql+asyncpg`. */
export function schemeOf(value: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
}

function isPostgres(value: string): boolean {
  return /^postgres(?:ql)?(?:\+|$)/.test(schemeOf(value) ?? "");
}

/** The buckets that variables such as `S3_BUCKET_USER_FILES` name: `user-files`. */
export function namedBuckets(names: readonly string[]): string[] {
  const buckets = names.flatMap((name) => {
    const bucket = readableOf(/^S3_BUCKET_(?!NAME$)([A-Z0-9_]+)$/.exec(name)?.[1] ?? "", longestName);
    return bucket === "" ? [] : [bucket];
  });
  return [...new Set(buckets)].sort();
}

/** The variables that Towpath gives a service for these needs. */
export function givenFor(needs: readonly string[], buckets: readonly string[]): string[] {
  return needs.flatMap((need) => [
    ...secretsOfNeed({ buckets: [...buckets] }, need),
    ...variablesOfNeed({ buckets: [...buckets] }, need),
  ]);
}
