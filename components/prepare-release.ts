import { parseApplication, type Application } from "./application/application.ts";
import type { ApplicationDescription } from "./application/description.ts";
import { preflight } from "./host/check-hosts.ts";
import { writeConnections } from "./host/connection.ts";
import { demandOf } from "./host/preflight.ts";
import { InputError } from "./input-error.ts";
import type { LoadedSettings } from "./load-settings.ts";
import type { ReleasedEnvironmentArgs } from "./released-environment.ts";
import { planRelease } from "./release/plan-release.ts";
import { checkAgreement } from "./settings/agreement.ts";
import type { ProductionSettings } from "./settings/production.ts";
import type { StagingSettings } from "./settings/staging.ts";

type ReleasedSettings = LoadedSettings & (StagingSettings | ProductionSettings);

/**
 * Everything that has to be known of a release before anything is made: whether application and settings agree, whether
 * the host can take it, which images it is made of and what its migration would do.
 *
 * @throws InputError with what may not be, or cannot be done
 */
export async function prepareRelease(
  description: ApplicationDescription,
  settings: ReleasedSettings,
): Promise<ReleasedEnvironmentArgs> {
  const application = checked(description, settings);
  const connections = await writeConnections(settings.namespace, settings.hosts, settings.credential);
  await preflight(connections, demandOf(application, settings));
  const [connection] = Object.values(connections);
  if (connection === undefined) throw new Error("settings without a host");
  const plan = await planRelease(application, settings);
  return { application, settings, connection, plan };
}

function checked(description: ApplicationDescription, settings: ReleasedSettings): Application {
  const application = parseApplication(description);
  checkAgreement(application, settings, {
    configuration: Object.keys(settings.secretValues),
    variables: process.env,
  });
  const hosts = Object.keys(settings.hosts);
  if (hosts.length > 1) {
    throw new InputError([
      `towpath:hosts: one host for each environment so far, got ${hosts.join(", ")}; keep one of them`,
    ]);
  }
  return application;
}
