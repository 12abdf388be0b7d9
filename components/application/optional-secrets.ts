import type { Application } from "./application.ts";
import { answeredBy } from "./smoke-here.ts";

/** The secrets that an environment may have no value of. */
export function optionalSecrets({ secrets }: Pick<Application, "secrets">): string[] {
  return Object.keys(secrets).filter((name) => secrets[name]?.optional === true);
}

/** The application without secrets that have no value: neither they nor variables that refer to them reach any service, and no check asks with them. */
export function withoutSecrets(application: Application, absent: readonly string[]): Application {
  if (absent.length === 0) return application;
  const services = Object.fromEntries(
    Object.entries(application.services).map(([name, service]) => [
      name,
      { ...service, secrets: service.secrets.filter((secret) => !absent.includes(secret)) },
    ]),
  );
  const secrets = Object.entries(application.secrets).filter(([name]) => !absent.includes(name));
  return {
    ...application,
    secrets: Object.fromEntries(secrets),
    services,
    smoke: answeredBy(application, { services }),
  };
}
