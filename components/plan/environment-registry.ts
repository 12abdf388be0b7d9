import { RegistryError } from "../image/registry-requests.ts";
import { Registry } from "../image/registry.ts";
import { InputError } from "../input/input-error.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import type { RegistrySettings } from "../settings/registry.ts";

/** The registry of an environment, which is signed in to where the settings say how. */
export function environmentRegistry({
  registry,
  credential,
}: Pick<LoadedSettings, "credential"> & { readonly registry: RegistrySettings }): Registry {
  return new Registry(registry, registry.login && credential(registry.login.password));
}

/** What a registry was asked; what is wrong with it is a person's to mend. Throws an InputError with that. */
export async function answerOf<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof RegistryError ? new InputError([error.message]) : error;
  }
}
