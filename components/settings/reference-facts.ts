import type { Application } from "../application/application.ts";
import type { ReferenceFacts } from "../application/references.ts";
import type { CiSettings } from "./ci.ts";
import { domainsOf } from "./host-names.ts";
import type { LocalSettings } from "./local.ts";
import type { ReleasedSettings } from "./released-settings.ts";
import { nameOf } from "./settings.ts";

/** What runs: the version of its tag, and its commit. */
interface Versioned {
  readonly version?: string;
  readonly commit?: string;
}

/** The version of what is built from a working copy. */
const unreleased = "development";

/** What references in variables stand for; `release` is what runs, where that was released. */
export function referenceFacts(
  settings: LocalSettings | CiSettings | ReleasedSettings,
  { domains }: Pick<Application, "domains">,
  { version, commit }: Versioned = {},
): ReferenceFacts {
  const further = Object.entries(domainsOf(settings, domains)).map(
    ([label, domain]) => [label, { domain, url: urlOf(settings, domain) }] as const,
  );
  return {
    environment: nameOf(settings),
    namespace: settings.namespace,
    ...addressOf(settings),
    ...(further.length > 0 && { domains: Object.fromEntries(further) }),
    version: version ?? commit?.slice(0, 12) ?? unreleased,
  };
}

function addressOf(
  settings: LocalSettings | CiSettings | ReleasedSettings,
): Pick<ReferenceFacts, "domain" | "url"> {
  const domain = "domain" in settings ? settings.domain : "localhost";
  return { domain, url: urlOf(settings, domain) };
}

function urlOf(settings: LocalSettings | CiSettings | ReleasedSettings, domain: string): string {
  if ("domain" in settings) return `https://${domain}`;
  return `http://${domain}${"port" in settings ? `:${settings.port}` : ""}`;
}
