import type { Application } from "../application/application.ts";
import { show, suggestion } from "../input/input-checks.ts";
import { hostName, labelledPreview } from "./domain.ts";
import type { Settings } from "./settings.ts";
import { unknownNames } from "./unknown-names.ts";

/** The settings of an environment that others than developers reach. */
type Named = Extract<Settings, { readonly domain: string }>;

/** The host names of the application's domains, by their labels. */
export function domainsOf(settings: Settings, labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label, domainOf(settings, label)]));
}

function domainOf(settings: Settings, label: string): string {
  if (!("domain" in settings)) return `${label}.localhost`;
  if (settings.environment === "preview")
    return labelledPreview(settings.previewDomain, settings.domain, label);
  const { domain, domains: given = {} } = settings;
  return Object.hasOwn(given, label) ? (given[label] ?? "") : `${label}.${domain}`;
}

/** The redirects of an environment, by the host name that is asked for. */
export function redirectsOf(settings: Settings): Readonly<Record<string, string>> {
  return ("redirects" in settings && settings.redirects) || {};
}

/** The problems of an environment's host names: of no domain, twice the same, too long, or sent to what is not served. */
export function domainProblems(
  { domains: labels }: Pick<Application, "domains">,
  settings: Settings,
): string[] {
  if (!("domain" in settings)) return [];
  const given = ("domains" in settings && settings.domains) || {};
  return [
    ...unknownNames("domains", "domain", Object.keys(given), labels),
    ...namesProblems(settings, labels, given),
  ];
}

/** The settings that say the host names which the gateway answers for, by host name. */
export function settingsOfNames(settings: Named, labels: readonly string[]): Record<string, string> {
  return Object.fromEntries([
    [settings.domain, settings.environment === "preview" ? "towpath:previewDomain" : "towpath:domain"],
    ...Object.entries(domainsOf(settings, labels)).map(([label, name]) => [name, `towpath:domains.${label}`]),
    ...Object.keys(redirectsOf(settings)).map((from) => [from, `towpath:redirects.${from}`]),
  ]) as Record<string, string>;
}

function namesProblems(
  settings: Named,
  labels: readonly string[],
  given: Readonly<Record<string, string>>,
): string[] {
  const owners = new Map<string, string>([[settings.domain, "towpath:domain"]]);
  const problems: string[] = [];
  for (const [label, name] of Object.entries(domainsOf(settings, labels))) {
    const place = Object.hasOwn(given, label)
      ? `towpath:domains.${label}`
      : `domains[${labels.indexOf(label)}]`;
    const owner = owners.get(name);
    if (owner !== undefined)
      problems.push(
        `${place}: the same host name as ${owner}, got ${show(name)}; give each a name of its own`,
      );
    else if (!hostName.test(name))
      problems.push(
        `${place}: the host name would be longer than DNS carries, got ${show(name)}; choose a shorter label`,
      );
    else owners.set(name, place);
  }
  const served = [...owners.keys()];
  for (const [from, to] of Object.entries(redirectsOf(settings))) {
    const owner = owners.get(from);
    if (owner !== undefined)
      problems.push(
        `towpath:redirects.${from}: the application answers there, by ${owner}; remove the redirect`,
      );
    else if (!served.includes(to))
      problems.push(
        `towpath:redirects.${from}: expected a host name of this environment, got ${show(to)}; ${suggestion(to, served)}`,
      );
  }
  return problems;
}
