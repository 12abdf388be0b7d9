import { admission, strangers } from "./admission.ts";

/** One path of an environment and the service that answers it. */
export interface SiteRoute {
  /** `/api/*`, `/*`, or one exact path. */
  readonly path: string;
  readonly service: string;
  readonly port: number;
  /** The address of the service where it does not answer in the release's container, as `host:port`. */
  readonly address?: string;
  /** The number of copies that answer; one when it is left out. */
  readonly copies?: number;
}

/** The port inside the gateway's container where an environment on one's own machine is served. */
export const gatewayPort = 8080;

/** The ports that Caddy listens on in its container for its administration and for all routes. */
const ownPorts = [2019, gatewayPort];

/** The port inside the gateway's container that one of this machine's leads to: the same number, where that is free. */
export function innerPort(port: number): number {
  return ownPorts.includes(port) ? port + 50_000 : port;
}

/** A port of this machine that leads to one service, whatever its copies are called. */
export interface ServicePort extends Omit<SiteRoute, "path"> {
  /** The port of this machine. */
  readonly published: number;
}

/** The part of an environment that the gateway has to know, apart from the release. */
export interface SiteDescription {
  /** The name of the environment's folder in the gateway. */
  readonly name: string;
  /** The routes in the order in which they are tried. */
  readonly routes: readonly SiteRoute[];
  readonly access: SiteAccess;
  /** The ports that lead to one service each; left out, none does. */
  readonly servicePorts?: readonly ServicePort[];
}

/** The access to a site: on the gateway's port by any name, or by a domain over HTTPS, where HTTP leads too. */
export type SiteAccess = { readonly route: "localhost" } | PublicSite;

/** A site that others than developers see: with certificates, several copies of a service, canaries and maintenance. */
export interface PublicSite {
  readonly route: "domain";
  readonly domain: string;
  readonly certificates: "automatic" | "internal";
  /** True when the gateway has a certificate for all names below a domain, which is this one's, too. */
  readonly sharesCertificate: boolean;
  /** The paths that are answered during maintenance too. */
  readonly healthPaths: readonly string[];
  /** True when search engines are told not to list it. */
  readonly hidden: boolean;
  /** The hash of the password that visitors are asked for; left out, everyone may look. */
  readonly passwordHash?: string;
  /** The time that web sockets may stay open when the configuration is loaded again, in seconds. */
  readonly drainSeconds: number;
  /** The address of the activator, where the environment may be asleep. */
  readonly activator?: string;
}

/** The time for which browsers have to use HTTPS alone, in seconds: a year, as hstspreload.org asks. */
const strictTransportSeconds = 31_536_000;

/** The time after which a client of an environment in maintenance is asked to come again, in seconds. */
const retryAfterSeconds = 60;

/**
 * The time that a request waits for a copy that accepts it, in seconds: a container that starts again is back by then,
 * and a copy that ends again and again is no longer asked, even on a machine that is busy.
 */
const connectSeconds = 8;

/** The time that an unused connection to a copy is kept, in seconds: a replaced copy soon has none. */
const idleSeconds = 2;

/**
 * The gateway's file for one environment.
 *
 * Which container a service is, whether a canary runs and whether there is maintenance stand in files of their own, read
 * at every request (a few microseconds, from memory): loading a configuration closes the connections that clients keep
 * open, and a request on its way at that moment is lost (seen with Caddy 2.11.9: 4 of 1,000 requests at each load);
 * renaming a link loses none.
 */
export function renderSite(site: SiteDescription): string {
  const { access, routes } = site;
  const isPublic = access.route === "domain";
  const handles = routes.flatMap((route) => handle(site, route));
  return [
    `${isPublic ? access.domain : `:${gatewayPort}`} {`,
    ...indented([
      ...(isPublic && access.certificates === "internal" && !access.sharesCertificate
        ? ["tls internal"]
        : []),
      "encode zstd gzip",
      ...(isPublic && access.hidden ? robots : []),
      ...headers(access),
      ...(isPublic ? matchers(access) : []),
      "route {",
      ...indented([...(isPublic ? before(site.name, access) : []), ...handles]),
      "}",
      ...(isPublic && access.activator !== undefined ? withoutActivator(handles) : []),
    ]),
    "}",
    ...(site.servicePorts ?? []).flatMap((port) => [
      `:${innerPort(port.published)} {`,
      ...indented(proxy(site, port, "stable")),
      "}",
    ]),
    "",
  ].join("\n");
}

/** On the gateway's own answers, such as that of a wrong password, and instead of an application's own on its answers. */
const robots = ['header X-Robots-Tag "noindex, nofollow"', 'header >X-Robots-Tag "noindex, nofollow"'];

/** Returns the headers of all answers. With `?`, an application's own word is kept. */
function headers(access: SiteAccess): string[] {
  const isPublic = access.route === "domain";
  const defaults = isPublic
    ? ["?Referrer-Policy strict-origin-when-cross-origin", "?X-Frame-Options SAMEORIGIN"]
    : [];
  const strict =
    isPublic && access.certificates === "automatic"
      ? [`?Strict-Transport-Security max-age=${strictTransportSeconds}`]
      : [];
  return [
    "header {",
    ...indented(["-Server", "X-Content-Type-Options nosniff", ...defaults, ...strict]),
    "}",
  ];
}

/** The cookie that keeps a client with one release: a number that was drawn for it, compared with the canary's share. */
export const canaryCookie = "towpath";

/** The time that a client keeps its cookie, in seconds: 30 days, longer than any canary should run. */
const cookieSeconds = 30 * 24 * 3600;

/**
 * The share of clients that a canary gets, in the form that the gateway compares with the number drawn for a client (a
 * random UUID): four hexadecimal digits, and a text that nothing is below for none. A greater weight keeps all clients
 * that a smaller one chose.
 */
export function canaryShare(weight: number): string {
  if (weight === 0) return "";
  return Math.round((weight / 100) * 0x10000)
    .toString(16)
    .padStart(4, "0");
}

function matchers({ healthPaths, passwordHash }: PublicSite): string[] {
  const cookie = `{http.request.cookie.${canaryCookie}}`;
  const runs = '{http.vars.canary} != ""';
  const except = healthPaths.length === 0 ? [] : [`not path ${healthPaths.join(" ")}`];
  return [
    ...(passwordHash === undefined ? [] : [strangers(passwordHash)]),
    `@new-client \`${runs} && ${cookie} == ""\``,
    `@canary \`${runs} && (${cookie} == "" ? {http.request.uuid} : ${cookie}) < {http.vars.canary}\``,
    "@maintenance {",
    ...indented([`vars maintenance on`, ...except]),
    "}",
  ];
}

/** Returns the part for all paths: who may look, the state of the environment, and the client's cookie while a canary runs. */
function before(name: string, { passwordHash, activator }: PublicSite): string[] {
  return [
    ...(passwordHash === undefined ? [] : admission(name, passwordHash)),
    "vars {",
    ...indented([`canary ${file(name, "share")}`, `maintenance ${file(name, "maintenance")}`]),
    "}",
    ...maintenance,
    `header @new-client +Set-Cookie "${canaryCookie}={http.request.uuid}; Path=/; Max-Age=${cookieSeconds}; HttpOnly; Secure; SameSite=Lax"`,
    ...(activator === undefined ? [] : asksActivator(name, activator)),
  ];
}

/** The time that a request waits until the environment is awake, in seconds: longer than the activator tries. */
const wakeSeconds = 90;

/** Returns the question before each request: it is held while the environment wakes, its body unread. */
function asksActivator(name: string, activator: string): string[] {
  return [
    "vars activator asked",
    `forward_auth ${activator} {`,
    ...indented([
      "uri /",
      `header_up Towpath-Preview ${name}`,
      // One that is away is not asked again for a while.
      "fail_duration 5s",
      "transport http {",
      "\tdial_timeout 2s",
      `\tresponse_header_timeout ${wakeSeconds}s`,
      "}",
    ]),
    "}",
    // Nothing is asked of the application twice.
    "vars activator answered",
  ];
}

/**
 * Returns the part by which an environment that is awake serves on while the activator is away: for requests that got as far
 * as being asked about, and no others, such as those without the password.
 */
function withoutActivator(handles: readonly string[]): string[] {
  return [
    "handle_errors {",
    ...indented([
      "@unanswered vars activator asked",
      "handle @unanswered {",
      ...indented(["route {", ...indented(handles), "}"]),
      "}",
    ]),
    "}",
  ];
}

const maintenancePage =
  "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=width=device-width><title>Maintenance</title>" +
  "<body style='font:1.2rem system-ui;max-width:30rem;margin:20vh auto;padding:1rem'><h1>Back soon</h1>" +
  "<p>This site is being maintained. Please try again in a few minutes.";

const maintenance = [
  "handle @maintenance {",
  ...indented([
    `header Retry-After ${retryAfterSeconds}`,
    "header Content-Type text/html",
    `respond "${maintenancePage}" 503`,
  ]),
  "}",
];

function handle(site: SiteDescription, route: SiteRoute): string[] {
  const proxies =
    site.access.route === "localhost" || route.address !== undefined
      ? proxy(site, route, "stable")
      : [
          "handle @canary {",
          ...indented(proxy(site, route, "canary")),
          "}",
          "handle {",
          ...indented(proxy(site, route, "stable")),
          "}",
        ];
  return [`handle ${route.path} {`, ...indented(proxies), "}"];
}

function proxy(
  { name, access }: SiteDescription,
  route: Omit<SiteRoute, "path">,
  track: "stable" | "canary",
): string[] {
  const { service, port, copies = 1 } = route;
  const addresses = Array.from(
    { length: copies },
    (_, copy) => `${file(name, `${track}/${service}/${copy}`)}:${port}`,
  );
  const upstreams = route.address ?? addresses.join(" ");
  if (access.route === "localhost") return [`reverse_proxy ${upstreams}`];
  return [
    `reverse_proxy ${upstreams} {`,
    ...indented([
      "lb_policy random",
      `lb_try_duration ${connectSeconds}s`,
      "lb_try_interval 50ms",
      `stream_close_delay ${access.drainSeconds}s`,
      "transport http {",
      `\tkeepalive ${idleSeconds}s`,
      "}",
    ]),
    "}",
  ];
}

/** Returns the placeholder for the contents of a file of the release in use. */
function file(name: string, path: string): string {
  return `{file./etc/caddy/sites/${name}/current/${path}}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `\t${line}`);
}
