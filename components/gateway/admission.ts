import { createHash } from "node:crypto";

/** The user name that goes with a password. */
export const admittedUser = "preview";

/** The cookie of a browser that has been let in. */
const cookie = "towpath-access";

/** The time that a browser keeps it, in seconds: 30 days. */
const cookieSeconds = 30 * 24 * 3600;

/** The header of a request that tells the password. */
export function authorization(password: string): string {
  return `Basic ${Buffer.from(`${admittedUser}:${password}`).toString("base64")}`;
}

/** The matcher of requests that do not come from a browser which has been let in. */
export function strangers(hash: string): string {
  return `@stranger \`{http.request.cookie.${cookie}} != "${token(hash)}"\``;
}

/**
 * Asks strangers for the password, and gives those who know it a cookie: applications send an `Authorization` of their own
 * with later requests. They never see the password, which may be that of other previews, too.
 *
 * @param name the name of what is protected, for people to read
 */
export function admission(name: string, hash: string): string[] {
  return [
    `basic_auth @stranger bcrypt "${name}" {`,
    `\t${admittedUser} ${hash}`,
    "}",
    "request_header @stranger -Authorization",
    `header @stranger +Set-Cookie "${cookie}=${token(hash)}; Path=/; Max-Age=${cookieSeconds}; HttpOnly; Secure; SameSite=Lax"`,
  ];
}

/** The cookie's value: nobody guesses it who does not know the hash, whose salt is random, and it ends with the password. */
function token(hash: string): string {
  return createHash("sha256").update(hash).digest("hex").slice(0, 32);
}
