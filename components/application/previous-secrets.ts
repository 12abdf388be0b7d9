import type { Application } from "./application.ts";
import { found } from "./names.ts";

/** The name that services get a secret's value from before by, while both are valid. */
export function previousName(secret: string): string {
  return `${secret}_PREVIOUS`;
}

/**
 * The application with those secrets' values from before that there are, by the names of all values.
 *
 * Whatever service is given a secret is given its value from before in the same way; a path of its own it has not.
 */
export function withPreviousSecrets(application: Application, values: readonly string[]): Application {
  const kept = Object.keys(application.secrets).filter((secret) => values.includes(previousName(secret)));
  const deliveries = kept.map((secret) => {
    const { path: _, ...delivery } = found(application.secrets, secret);
    return [previousName(secret), delivery];
  });
  const services = Object.entries(application.services).map(([name, service]) => {
    const previous = service.secrets.filter((secret) => kept.includes(secret)).map(previousName);
    return [name, { ...service, secrets: [...service.secrets, ...previous] }];
  });
  return {
    ...application,
    secrets: { ...application.secrets, ...(Object.fromEntries(deliveries) as Application["secrets"]) },
    services: Object.fromEntries(services) as Application["services"],
  };
}
