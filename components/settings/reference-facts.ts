import type { ReferenceFacts } from "../application/references.ts";
import type { CiSettings } from "./ci.ts";
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
  { version, commit }: Versioned = {},
): ReferenceFacts {
  return {
    environment: nameOf(settings),
    namespace: settings.namespace,
    ...addressOf(settings),
    version: version ?? commit?.slice(0, 12) ?? unreleased,
  };
}

function addressOf(
  settings: LocalSettings | CiSettings | ReleasedSettings,
): Pick<ReferenceFacts, "domain" | "url"> {
  if ("domain" in settings) return { domain: settings.domain, url: `https://${settings.domain}` };
  const port = "port" in settings ? `:${settings.port}` : "";
  return { domain: "localhost", url: `http://localhost${port}` };
}
