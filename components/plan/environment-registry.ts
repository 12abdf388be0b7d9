import { Registry } from "../image/registry.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { RegistrySettings } from "../settings/registry.ts";

/** The registry of an environment, which is signed in to where the settings say how. */
export function environmentRegistry({
  registry,
  credential,
}: Pick<LoadedSettings, "credential"> & { readonly registry: RegistrySettings }): Registry {
  return new Registry(registry, registry.login && credential(registry.login.password));
}
