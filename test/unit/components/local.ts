import type { ApplicationDescription } from "../../../components/application/description.ts";
import { loadSettings } from "../../../components/environment/load-settings.ts";
import { Environment, prepareLocal } from "../../../components/environment/local-environment.ts";
import { userErrors } from "../../../components/input/user-errors.ts";

/** A program that deploys an application to `local`, without asking this machine's engine anything. */
export function localProgram(
  description: ApplicationDescription,
  { ipv6 = false, namespace }: { ipv6?: boolean; namespace?: string } = {},
): () => Environment {
  return () => {
    const loaded = loadSettings(description.name);
    if (loaded.settings.environment !== "local") throw new Error("not local");
    const settings = { ...loaded.settings, ...(namespace !== undefined && { namespace }) };
    const prepared = userErrors(() => prepareLocal(description, { ...loaded, settings }));
    return new Environment(settings.namespace, { ...prepared, ipv6 });
  };
}
