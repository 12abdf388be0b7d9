import { createHash } from "node:crypto";
import type { Site } from "../contract/switch-route.ts";

/** The handling of an environment's requests by the gateway. */
export interface SiteContent {
  /** The paths, and the services that answer them, as a Caddyfile. It changes when the application's routes do. */
  readonly text: string;
  /** The folder of `writeRelease`: what each copy is called, and the state of the environment. It changes with every release. */
  readonly release: string;
}

/** The site that the gateway serves now. */
export interface ServedSite extends SiteContent {
  /** True when the gateway has loaded the text; a run that was killed may have written it and no more. */
  readonly loaded: boolean;
  /** The copies that the release sends requests to, by their names. */
  readonly copies: readonly string[];
}

/** The folder in which the gateway keeps its sites. */
export const sitesFolder = "/etc/caddy/sites";

const readScript = [
  'cat "$1.caddy" 2>/dev/null && printf "\\0" && readlink "$1/current" || exit 0',
  'printf "\\0"; if [ -f "$1/loaded" ] && [ "$(cat "$1.caddy")" = "$(cat "$1/loaded")" ]; then printf loaded; fi',
  'for one in "$1"/current/stable/*/* "$1"/current/canary/*/*; do [ ! -f "$one" ] || { printf "\\0"; cat "$one"; }; done',
].join("\n");

/** The command that tells, where a gateway runs, what it does with an environment's requests. */
export function siteQuestion({ name }: Pick<Site, "name">): string[] {
  return ["sh", "-c", readScript, "sh", `${sitesFolder}/${name}`];
}

/** The command that prints the copies that all sites lead to, a line each, where a gateway runs. */
export const copiesQuestion = [
  "sh",
  "-c",
  `for one in ${sitesFolder}/*/current/stable/*/* ${sitesFolder}/*/current/canary/*/*; do [ ! -f "$one" ] || { cat "$one"; echo; }; done`,
];

/** Returns the site in the gateway's answer to the question; undefined when it has none of that name. */
export function siteAnswer(answer: string): ServedSite | undefined {
  const [text, release = "", loaded, ...copies] = answer.split("\0");
  if (text === undefined || release === "") return undefined;
  return {
    text,
    release: release.trimEnd(),
    loaded: loaded === "loaded",
    copies: [...new Set(copies)],
  };
}

/** The character between the answers to the question for several sites; no Caddyfile has it. */
const between = "\u001e";

/**
 * The command that answers the questions for several sites of one gateway, and then prints all certificates that it has, as
 * PEM.
 */
export function sitesQuestion(names: readonly string[]): string[] {
  const script = [
    'question="$1"; shift',
    'for one in "$@"; do sh -c "$question" sh "$one"; printf "\\036"; done',
    `cat /data/caddy/certificates/*/*/*.crt ${sitesFolder}/*/current/certificate.pem 2>/dev/null || true`,
  ].join("\n");
  return ["sh", "-c", script, "sh", readScript, ...names.map((name) => `${sitesFolder}/${name}`)];
}

/** Returns the sites in the gateway's answer, in the order of the names, and its certificates. */
export function sitesAnswer(answer: string): {
  readonly sites: readonly (ServedSite | undefined)[];
  readonly certificates: string;
} {
  const parts = answer.split(between);
  return { sites: parts.slice(0, -1).map(siteAnswer), certificates: parts.at(-1) ?? "" };
}

/** The name of the folder of a release in the gateway: the same files are the same release. */
export function releaseName(files: Readonly<Record<string, string>>): string {
  return hash(files);
}

/** A short name of a route, by which state and gateway are compared. */
export function routeId({ text, release }: SiteContent): string {
  return hash([text, release]);
}

/** The first line of a site that sends requests to services on this machine instead of their containers. */
export const hostRunMark = "# towpath run";

/**
 * Describes how the gateway differs from the route of the last complete run; undefined when it serves that route.
 *
 * A site that leads to services on this machine is somebody's own doing, and undone by `towpath run` itself.
 */
export function routeDifference(left: string, served: ServedSite | undefined): string | undefined {
  if (served === undefined) return "the gateway has no route";
  if (served.text.startsWith(hostRunMark)) return undefined;
  if (routeId(served) !== left) return "the gateway serves another route than the last complete run left";
  return served.loaded ? undefined : "the gateway has not loaded the route that the last complete run left";
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);
}
