import { redisPort } from "./connections.ts";

/** The way to a Redis, as a URL says it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  /** Left out where the server asks for none, or has only the one that needs no name. */
  readonly user?: string;
  readonly password?: string;
  /** The number of the database. */
  readonly database: number;
  /** True for `rediss`. */
  readonly encrypted: boolean;
}

/** Reads the URL of a Redis; a text is what it is instead, and shows no part of it that may be secret. */
export function redisAddress(text: string): RedisAddress | string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme === undefined) return "a text that is no URL";
  if (!/^rediss?$/i.test(scheme)) return `a URL that begins with "${scheme}://"`;
  const url = URL.parse(text);
  const names = url === null ? undefined : decodedNames(url);
  if (url?.hash !== "" || names === undefined)
    return "a text that is no URL, or has a letter that is not encoded";
  if (url.hostname === "") return "a URL without a host";
  if (!/^(?:\/[0-9]{0,5})?$/.test(url.pathname)) return "a URL whose database is no number";
  const { user, password } = names;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port || redisPort),
    ...(user !== "" && { user }),
    ...(password !== "" && { password }),
    database: Number(url.pathname.slice(1)),
    encrypted: scheme.toLowerCase() === "rediss",
  };
}

/** The user and the password with their letters as they are; undefined where one is encoded wrongly. */
function decodedNames({ username, password }: URL): { user: string; password: string } | undefined {
  try {
    const names = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
    // eslint-disable-next-line no-control-regex -- these would end a line of what the client is told
    return /[\u0000-\u001f\u007f]/.test(names.user + names.password) ? undefined : names;
  } catch {
    return undefined;
  }
}

/** Returns an address as people know it, without its password: `cache.example.com:6379`. */
export function redisInWords({ host, port }: RedisAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
