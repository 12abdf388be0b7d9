import type { Application, Service } from "./application.ts";
import { referencesIn, targetOf } from "./references.ts";

/**
 * The application with the values of a developer's `.env` in the place of its services' own variables of those names.
 *
 * They become secrets, so that a person's values are in no plan, no log, and encrypted in the state. What refers to a backing
 * service stays: the address in such a file leads to another one.
 */
export function withEnvVariables(application: Application, names: readonly string[]): Application {
  const taken = new Set<string>();
  const services = Object.entries(application.services).map(([name, service]) => {
    const own = names.filter((variable) => isReplaced(application, service, variable));
    for (const variable of own) taken.add(variable);
    const environment = Object.fromEntries(own.map((variable) => [variable, `\${secret.${variable}}`]));
    const replaced = {
      ...service,
      secrets: [...service.secrets, ...own],
      environment: { ...service.environment, ...environment },
    };
    return [name, own.length === 0 ? service : replaced] as const;
  });
  if (taken.size === 0) return application;
  const secrets = Object.fromEntries([...taken].map((name) => [name, { delivery: "variable" as const }]));
  return {
    ...application,
    secrets: { ...application.secrets, ...secrets },
    services: Object.fromEntries(services),
  };
}

function isReplaced({ secrets }: Application, { environment }: Service, variable: string): boolean {
  if (!Object.hasOwn(environment, variable) || Object.hasOwn(secrets, variable)) return false;
  return referencesIn(environment[variable] ?? "").every((reference) => {
    const target = targetOf(reference);
    return target === undefined || !("need" in target);
  });
}
