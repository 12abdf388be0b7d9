import type { SecuritySettings } from "../settings/repository.ts";
import type { GithubClient } from "./client.ts";
import type { RepositoryName } from "./facts.ts";

/** One thing that GitHub looks for, and whether it is to. */
export interface SecurityChange {
  readonly setting: keyof SecuritySettings;
  readonly enabled: boolean;
}

/** GitHub's own names for what it looks for in what was pushed. */
const scanning = {
  secretScanning: "secret_scanning",
  pushProtection: "secret_scanning_push_protection",
} as const;

/** Returns what has to change on GitHub for it to look for what the settings say. Only reads. */
export async function securityChanges(
  github: GithubClient,
  repository: RepositoryName,
  wanted: SecuritySettings,
): Promise<SecurityChange[]> {
  const found = await github.ask("GET /repos/{owner}/{repo}", { ...repository });
  const alerts =
    wanted.dependabotAlerts === undefined
      ? undefined
      : await github.ask("GET /repos/{owner}/{repo}/vulnerability-alerts", { ...repository });
  const there: Required<SecuritySettings> = {
    dependabotAlerts: alerts !== undefined,
    secretScanning: found?.data.security_and_analysis?.secret_scanning?.status === "enabled",
    pushProtection: found?.data.security_and_analysis?.secret_scanning_push_protection?.status === "enabled",
  };
  return (["dependabotAlerts", "secretScanning", "pushProtection"] as const).flatMap((setting) => {
    const enabled = wanted[setting];
    return enabled === undefined || enabled === there[setting] ? [] : [{ setting, enabled }];
  });
}

/** A change in the words of a plan. */
export function securityWords({ setting, enabled }: SecurityChange): string {
  return `towpath:security.${setting}: this run turns it ${enabled ? "on" : "off"} on GitHub`;
}

/**
 * Makes GitHub look for what the settings say.
 *
 * By GitHub's API, because the plugin's resource for it is the whole repository, and deleting that resource would delete the
 * repository.
 */
export async function changeSecurity(
  github: GithubClient,
  repository: RepositoryName,
  changes: readonly SecurityChange[],
): Promise<void> {
  for (const { setting, enabled } of changes) {
    if (setting === "dependabotAlerts") {
      const method = enabled ? "PUT" : "DELETE";
      await github.ask(`${method} /repos/{owner}/{repo}/vulnerability-alerts`, { ...repository });
      continue;
    }
    await github.ask("PATCH /repos/{owner}/{repo}", {
      ...repository,
      security_and_analysis: { [scanning[setting]]: { status: enabled ? "enabled" : "disabled" } },
    });
  }
}
