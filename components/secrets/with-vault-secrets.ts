import * as pulumi from "@pulumi/pulumi";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";

/**
 * The settings with the values of those secrets that Vault keeps; it is not asked where it keeps none.
 *
 * @throws InputError with every value that is not there, or with what is wrong with the server
 */
export async function withVaultSecrets<Loaded extends LoadedSettings<ReleasedSettings>>(
  loaded: Loaded,
): Promise<Loaded> {
  const { settings, secretValues, credential } = loaded;
  const { vault, secrets } = settings;
  if (vault === undefined || Object.values(secrets).every(({ source }) => source !== "vault")) return loaded;
  const { Vault } = await import("./vault.ts");
  const { vaultValues } = await import("./vault-secrets.ts");
  const { login } = vault;
  const signIn = credential(login.method === "token" ? login.token : login.secretId);
  const found = await vaultValues(secrets, new Vault(vault, signIn ?? ""));
  const kept = Object.entries(found).map(([secret, value]) => ({ [secret]: pulumi.secret(value) }));
  return { ...loaded, secretValues: Object.assign({}, secretValues, ...kept) as typeof secretValues };
}
