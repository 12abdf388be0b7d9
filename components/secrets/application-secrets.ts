import type * as pulumi from "@pulumi/pulumi";
import type { Application } from "../application/application.ts";
import type { LoadedSettings } from "../load-settings.ts";
import { sourceOf } from "../settings/agreement.ts";
import type { SecretValues } from "./files.ts";
import { Secret } from "./secret.ts";

/** The secrets that the application's services use, each from the source that the settings say. */
export function applicationSecrets(
  name: string,
  application: Application,
  settings: LoadedSettings,
  opts: pulumi.ComponentResourceOptions,
): SecretValues {
  return Object.fromEntries(
    Object.keys(application.secrets).map((secret) => {
      const given = settings.secretValues[secret];
      const source = sourceOf(settings, secret);
      const args = { source, ...(source.source !== "generated" && given !== undefined && { given }) };
      return [secret, new Secret(`${name}-secret-${secret}`, args, opts).value];
    }),
  );
}
