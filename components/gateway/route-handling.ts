import type { DescribedRoute } from "../application/application.ts";
import { indented } from "./caddyfile.ts";

/** What the gateway does with a route's requests and answers, apart from sending them on. */
export type Handled = Pick<DescribedRoute, "path" | "stripPrefix" | "maxBodySize" | "headers" | "basicAuth">;

/**
 * The part of a route's block before its services are asked. The service does not see the password.
 *
 * @param realm the name of what is protected, for people to read
 * @param hashes those of passwords, by the secrets' names; left out, nobody is asked for any
 */
export function handling(
  { path, stripPrefix, maxBodySize, headers = {}, basicAuth }: Handled,
  realm: string,
  hashes: Readonly<Record<string, string>> | undefined,
): string[] {
  return [
    ...Object.entries(headers).map(([name, value]) => `header >${name} "${value.replaceAll('"', '\\"')}"`),
    ...(maxBodySize === undefined ? [] : ["request_body {", ...indented([`max_size ${maxBodySize}`]), "}"]),
    ...(stripPrefix === true ? [`uri strip_prefix ${path.slice(0, -"/*".length)}`] : []),
    ...(basicAuth === undefined || hashes === undefined ? [] : asksFor(basicAuth, realm, hashes)),
  ];
}

function asksFor(
  { user, secret }: NonNullable<Handled["basicAuth"]>,
  realm: string,
  hashes: Readonly<Record<string, string>>,
): string[] {
  const hash = hashes[secret];
  if (hash === undefined) throw new Error(`no hash of ${secret}`);
  return [
    `basic_auth bcrypt "${realm}" {`,
    ...indented([`${user} ${hash}`]),
    "}",
    "request_header -Authorization",
  ];
}
