import type { SecureSite } from "../contract/target.ts";
import { admission, strangers } from "./admission.ts";
import { indented } from "./caddyfile.ts";
import { handling, type Handled } from "./route-handling.ts";
import { asksActivator, maintenance, withoutActivator } from "./site-states.ts";

/** One path of an environment and the service that answers it. */
export interface SiteRoute extends Handled, Answering {
  /** The label of the host name that it is of; left out, of the environment's own. */
  readonly domain?: string;
}

/** The service that answers, and where. */
interface Answering {
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
export interface ServicePort extends Answering {
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

/** A host name over HTTPS, and whose certificate it has. */
export interface CertifiedName extends SecureSite {
  /** True when the gateway has a certificate for all names below a domain, which is this one's, too. */
  readonly sharesCertificate: boolean;
}

/** A host name that answers something. */
interface AnsweringName extends CertifiedName {
  /** The paths that are answered during maintenance too. */
  readonly healthPaths: readonly string[];
}

/** A host name whose visitors are sent to another one. */
export interface Redirect extends CertifiedName {
  /** The host name that they are sent to. */
  readonly to: string;
}

/** A site that others than developers see: with certificates, several copies of a service, canaries and maintenance. */
export interface PublicSite extends AnsweringName {
  readonly route: "domain";
  /** Its further host names, by the labels that routes name; left out, it has none. */
  readonly domains?: Readonly<Record<string, AnsweringName>>;
  /** Left out, there are none. */
  readonly redirects?: readonly Redirect[];
  /** True when search engines are told not to list it. */
  readonly hidden: boolean;
  /** The hashes of the passwords that routes ask for, by their secrets' names. */
  readonly hashes?: Readonly<Record<string, string>>;
  /** The networks of proxies before the gateway, whose word on a client's address is believed; left out, nobody's is. */
  readonly trustedProxies?: readonly string[];
  /** The hash of the password that visitors are asked for; left out, everyone may look. */
  readonly passwordHash?: string;
  /** The time that web sockets may stay open when the configuration is loaded again, in seconds. */
  readonly drainSeconds: number;
  /** The address of the activator, where the environment may be asleep. */
  readonly activator?: string;
}

/** The time for which browsers have to use HTTPS alone, in seconds: a year, as hstspreload.org asks. */
const strictTransportSeconds = 31_536_000;

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
  const own = access.route === "domain" ? access.domain : `:${gatewayPort}`;
  const labels = [...new Set(routes.flatMap(({ domain }) => domain ?? []))];
  const { redirects = [] } = access.route === "domain" ? access : {};
  return [
    ...block(own, { ...site, routes: routes.filter(({ domain }) => domain === undefined) }),
    ...labels.flatMap((label) => furtherBlock(site, label)),
    ...redirects.flatMap(redirect),
    ...(site.servicePorts ?? []).flatMap((port) => [
      `:${innerPort(port.published)} {`,
      ...indented(proxy(site, port, "stable")),
      "}",
    ]),
    "",
  ].join("\n");
}

/** Returns the block of a further host name: all is as for the environment's own, but for its routes. */
function furtherBlock(site: SiteDescription, label: string): string[] {
  const { access } = site;
  const routes = site.routes.filter(({ domain }) => domain === label);
  if (access.route === "localhost") return block(localAddress(label), { ...site, routes });
  const name = access.domains?.[label];
  if (name === undefined) throw new Error(`no host name for ${label}`);
  return block(name.domain, { ...site, routes, access: { ...access, ...name } });
}

/** The address of a further host name on one's own machine, where browsers know every name below `localhost`. */
function localAddress(label: string): string {
  return `http://${label}.localhost:${gatewayPort}`;
}

/** Returns the block of a host name that sends visitors to another one. */
function redirect(from: Redirect): string[] {
  return [
    `${from.domain} {`,
    ...indented([...ownCertificate(from), ...headers(from), `redir https://${from.to}{uri} 308`]),
    "}",
  ];
}

function ownCertificate({ certificates, sharesCertificate }: CertifiedName): string[] {
  return certificates === "internal" && !sharesCertificate ? ["tls internal"] : [];
}

function block(address: string, site: SiteDescription): string[] {
  const { access, routes } = site;
  const isPublic = access.route === "domain";
  const handles = routes.flatMap((route) => handle(site, route));
  return [
    `${address} {`,
    ...indented([
      ...(isPublic ? ownCertificate(access) : []),
      "encode zstd gzip",
      ...(isPublic && access.hidden ? robots : []),
      ...headers(isPublic ? access : undefined),
      ...(isPublic ? matchers(access) : []),
      "route {",
      ...indented([...(isPublic ? before(site.name, access) : []), ...handles]),
      "}",
      ...(isPublic && access.activator !== undefined ? withoutActivator(handles) : []),
    ]),
    "}",
  ];
}

/** On the gateway's own answers, such as that of a wrong password, and instead of an application's own on its answers. */
const robots = ['header X-Robots-Tag "noindex, nofollow"', 'header >X-Robots-Tag "noindex, nofollow"'];

/** Returns the headers of all answers, over HTTPS where there is a name for it. With `?`, an application's own word is kept. */
function headers(name: CertifiedName | undefined): string[] {
  const defaults =
    name === undefined
      ? []
      : ["?Referrer-Policy strict-origin-when-cross-origin", "?X-Frame-Options SAMEORIGIN"];
  const strict =
    name?.certificates === "automatic"
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
  const hashes = site.access.route === "domain" ? (site.access.hashes ?? {}) : undefined;
  const before = handling(route, `${site.name}${route.path}`, hashes);
  return [`handle ${route.path} {`, ...indented([...before, ...proxies]), "}"];
}

function proxy({ name, access }: SiteDescription, route: Answering, track: "stable" | "canary"): string[] {
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
      ...(access.trustedProxies === undefined ? [] : [`trusted_proxies ${access.trustedProxies.join(" ")}`]),
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
