import type { ApplicationDescription } from "./application/description.ts";
import { CiEnvironment } from "./ci/ci-environment.ts";
import { ciRunOf } from "./ci/run.ts";
import { Environment } from "./environment.ts";
import type { LoadedSettings } from "./load-settings.ts";

/** The environment that the settings ask for; gives back the stack's outputs. */
export function deploy(
  application: ApplicationDescription,
  settings: LoadedSettings,
): Readonly<Record<string, unknown>> {
  if (settings.environment === "ci") {
    const run = ciRunOf(process.env, settings.namespace);
    const { namespace, images } = new CiEnvironment(settings.namespace, { application, settings, run });
    return { namespace, images };
  }
  const environment = new Environment(settings.namespace, { application, settings });
  const { url, release, services, namespace, port } = environment;
  return { url, release, services, namespace, port };
}
