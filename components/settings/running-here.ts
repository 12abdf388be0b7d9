import type { Application } from "../application/application.ts";
import { profileProblems, runningEnvironments, runningIn } from "../application/running-services.ts";
import { InputError } from "../input/input-error.ts";
import type { Settings } from "./settings.ts";

/**
 * The application with the services that run in the settings' environment; `ci`, which runs none, builds and checks all.
 *
 * @throws InputError for profiles that no service has, and for needs of services that are off
 */
export function runningHere(application: Application, settings: Settings): Application {
  const environment = runningEnvironments.find((name) => name === settings.environment);
  if (environment === undefined) return application;
  const { profiles = [] } = "profiles" in settings ? settings : {};
  const problems = profileProblems(application, { environment, profiles });
  if (problems.length > 0) throw new InputError(problems);
  return runningIn(application, { environment, profiles });
}
