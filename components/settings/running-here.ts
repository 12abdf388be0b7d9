import type { Application } from "../application/application.ts";
import {
  profileProblems,
  runningEnvironments,
  runningIn,
  type Surroundings,
} from "../application/running-services.ts";
import { InputError } from "../input/input-error.ts";
import type { Settings } from "./settings.ts";

/**
 * An application that is not this checkout's, such as an earlier release's, with the services that run in the settings'
 * environment: it may not know all of the profiles.
 */
export function describedHere(application: Application, settings: Settings): Application {
  const where = surroundingsOf(settings);
  return where === undefined ? application : runningIn(application, where);
}

/**
 * The application with the services that run in the settings' environment; `ci`, which runs none, builds and checks all.
 *
 * @throws InputError for profiles that no service has, and for needs of services that are off
 */
export function runningHere(application: Application, settings: Settings): Application {
  const where = surroundingsOf(settings);
  if (where === undefined) return application;
  const problems = profileProblems(application, where);
  if (problems.length > 0) throw new InputError(problems);
  return runningIn(application, where);
}

function surroundingsOf(settings: Settings): Surroundings | undefined {
  const environment = runningEnvironments.find((name) => name === settings.environment);
  if (environment === undefined) return undefined;
  const { profiles = [] } = "profiles" in settings ? settings : {};
  return { environment, profiles };
}
