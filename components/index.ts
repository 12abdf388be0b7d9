/**
 * The exports of "towpath", for an application's own files. The components are in "towpath/components": they load
 * Pulumi's SDK, which a description of an application needs none of.
 */
import type { ApplicationDescription } from "./application/description.ts";
import type { LoadedSettings } from "./settings/loaded-settings.ts";
import { noteStart, timed } from "./timing/spans.ts";

export {
  defineApplication,
  type ApplicationDescription,
  type CheckDescription,
  type DevelopmentDescription,
  type HealthDescription,
  type ImageDescription,
  type MigrationsDescription,
  type PostgresDescription,
  type RedisDescription,
  type SecretDescription,
  type ServiceDescription,
} from "./application/description.ts";
export type { SmokeDescription } from "./application/smoke-description.ts";
export type { LoadedSettings };

/**
 * Reads and checks the configuration of the stack that Pulumi runs.
 *
 * @param applicationName names are made of it where the configuration sets none
 * @throws RunError with all problems at once
 */
export async function loadSettings(applicationName: string): Promise<LoadedSettings> {
  noteStart("program", "the program");
  const loaded = await timed(
    "program",
    "loading Pulumi's SDK",
    () => import("./environment/load-settings.ts"),
  );
  return loaded.loadSettings(applicationName);
}

/**
 * Deploys the environment that the settings ask for. Everything that can refuse the run is asked before the first resource.
 *
 * @returns the stack's outputs: `export default await deploy(…)`
 */
export async function deploy(
  application: ApplicationDescription,
  settings: LoadedSettings | Promise<LoadedSettings>,
): Promise<Readonly<Record<string, unknown>>> {
  const loaded = await timed("program", "loading the components", () => import("./environment/deploy.ts"));
  const given = await settings;
  return timed("program", "preparing and describing all resources", () => loaded.deploy(application, given));
}
