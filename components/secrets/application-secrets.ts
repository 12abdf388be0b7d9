import type * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import { previousName } from "../application/previous-secrets.ts";
import { defined } from "../input/defined.ts";
import { sourceOf } from "../settings/agreement.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { overlaps } from "../settings/secret-source.ts";
import type { SecretValues } from "./files.ts";
import { Secret, type SecretArgs } from "./secret.ts";

/**
 * The secrets that the application's services use, each from the source that the settings say, and those values from before
 * that are still valid.
 */
export function applicationSecrets(
  name: string,
  application: Application,
  { settings, secretValues }: Omit<LoadedSettings, "credential">,
  opts: pulumi.ComponentResourceOptions,
): SecretValues {
  return Object.fromEntries(
    Object.keys(application.secrets).flatMap((secret) => {
      const source = sourceOf(application, settings, secret);
      const args = {
        source,
        ...(source.source !== "generated" && givenValues(secretValues, secret, source)),
      };
      const { value, previous } = new Secret(`${name}-secret-${secret}`, args, opts);
      return [[secret, value], ...(previous === undefined ? [] : [[previousName(secret), previous]])];
    }),
  ) as SecretValues;
}

function givenValues(
  secretValues: LoadedSettings["secretValues"],
  secret: string,
  source: SecretArgs["source"],
): Pick<SecretArgs, "given" | "givenPrevious"> {
  const given = secretValues[secret];
  const previous = overlaps(source) ? secretValues[previousName(secret)] : undefined;
  return defined({ given, givenPrevious: previous });
}
