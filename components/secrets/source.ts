import type { Application } from "../application/application.ts";
import type { LoadedSettings } from "../load-settings.ts";
import type { ReleasedSecretSource, SecretSource } from "../settings/secret-source.ts";

/** What decides where a secret comes from. */
type Sources = Pick<LoadedSettings, "environment" | "secrets">;

/** Where a secret's value comes from: what the settings say, else made here, or, where people depend on it, given. */
export function sourceOf(
  { environment, secrets }: Sources,
  name: string,
): SecretSource | ReleasedSecretSource {
  const given = environment === "staging" || environment === "production";
  return secrets[name] ?? (given ? { source: "configuration" } : { source: "generated", length: 32 });
}

/** One problem for each secret that a service uses and nobody gives. */
export function missingSecrets(
  application: Pick<Application, "secrets">,
  settings: Sources & { readonly secretValues: Readonly<Record<string, unknown>> },
): string[] {
  return Object.keys(application.secrets).flatMap((name) => {
    const source = sourceOf(settings, name);
    if (source.source === "generated" || settings.secretValues[name] !== undefined) return [];
    if (source.source === "environment") {
      const variable = source.variable ?? name;
      return [
        `towpath:secrets.${name}: the environment variable ${variable} is needed, got nothing; set it and run again`,
      ];
    }
    return [
      `towpath:secretValues.${name}: a value is needed, got nothing; ` +
        `set it with "npm run pulumi -- config set --secret --path towpath:secretValues.${name}"`,
    ];
  });
}
