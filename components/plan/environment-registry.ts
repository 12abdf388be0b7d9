import type { RegistryAccount } from "../host/registry-account.ts";
import { Registry } from "../image/registry.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { RegistrySettings } from "../settings/registry.ts";

/** The registry of an environment's images, and where its password comes from. */
interface RegistryOf extends Pick<LoadedSettings, "credential"> {
  readonly settings: { readonly registry: RegistrySettings };
}

/** The registry of an environment, which is signed in to where the settings say how. */
export function environmentRegistry(loaded: RegistryOf): Registry {
  return new Registry(loaded.settings.registry, registryAccount(loaded)?.password);
}

/** Returns the account that signs in to the registry of an environment; undefined where nobody does. */
export function registryAccount({ settings, credential }: RegistryOf): RegistryAccount | undefined {
  const { address, login } = settings.registry;
  const password = login && credential(login.password);
  if (login === undefined || password === undefined) return undefined;
  return { address, user: login.user, password };
}
