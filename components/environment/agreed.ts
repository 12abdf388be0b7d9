import type { Application } from "../application/application.ts";
import { withoutSecrets } from "../application/optional-secrets.ts";
import { absentSecrets, checkAgreement, type GivenValues } from "../settings/agreement.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";

/**
 * The application, once it is known that it and the stack's settings fit together.
 *
 * @throws InputError with all that does not
 */
export function agreed(
  application: Application,
  loaded: Omit<LoadedSettings, "credential">,
  lacking: readonly string[] = [],
): Application {
  checkAgreement(application, loaded.settings, givenValues(loaded), lacking);
  return application;
}

/** The application without those optional secrets that this run is given no value of. */
export function withoutAbsent(
  application: Application,
  loaded: Omit<LoadedSettings, "credential">,
): Application {
  return withoutSecrets(application, absentSecrets(application, loaded.settings, givenValues(loaded)));
}

/** The values that this run is given: in the stack's configuration, and in the environment's variables or `.env`. */
export function givenValues({
  secretValues,
  envValues,
}: Pick<LoadedSettings, "secretValues" | "envValues">): GivenValues {
  return { configuration: Object.keys(secretValues), variables: { ...envValues, ...process.env } };
}
