import type { Application } from "../application/application.ts";
import { secretFile } from "../application/connections.ts";
import { optionalSecrets } from "../application/optional-secrets.ts";
import { previousName } from "../application/previous-secrets.ts";
import { ownIn, sharedIn, sharedProblems, variableProblems } from "../application/variables.ts";
import { InputError } from "../input/input-error.ts";
import type { CredentialSource } from "./credential.ts";
import { envFile } from "./env-file.ts";
import { backupStorageIn } from "./backup-storage.ts";
import { externalUrls, hasOwnDatabase, type ExternalUrl } from "./external.ts";
import { givenSecrets, type GivenSecret } from "./given-secrets.ts";
import { domainProblems } from "./host-names.ts";
import { kindOf } from "./kinds.ts";
import { copiesBeside, portsOfHosts } from "./one-copy.ts";
import { overlaps, type ReleasedSecretSource, type SecretSource } from "./secret-source.ts";
import { nameOf, secretSourcesOf, type Settings } from "./settings.ts";
import { allServices, unknownLimits, unknownNames, unknownSeed } from "./unknown-names.ts";
import { smokeTimeProblems } from "./smoke-time.ts";

/** The values of secrets that are given: the names under `towpath:secretValues`, and the environment's variables. */
export interface GivenValues {
  configuration: readonly string[];
  variables: Readonly<Record<string, string | undefined>>;
}

/**
 * Returns the source of a secret's value: its setting, or the configuration where data is protected or the secret is optional, or
 * generated.
 */
export function sourceOf(
  { secrets }: Pick<Application, "secrets">,
  settings: Settings,
  secret: string,
): SecretSource | ReleasedSecretSource {
  const sources = secretSourcesOf(settings);
  const set = Object.hasOwn(sources, secret) ? sources[secret] : undefined;
  if (set !== undefined) return set;
  const given = kindOf(settings.environment)?.data === "protected" || secrets[secret]?.optional === true;
  return given ? { source: "configuration" } : { source: "generated", length: 32 };
}

/**
 * Checks that the application and a stack's settings fit together.
 *
 * Throws an InputError for settings of services and secrets that the application does not have, and for every secret
 * whose value is missing, but for those that are known to lack one.
 */
export function checkAgreement(
  application: Application,
  settings: Settings,
  given: GivenValues,
  lacking: readonly string[] = [],
): void {
  const secrets = Object.keys(application.secrets);
  const optional = optionalSecrets(application);
  const problems = [
    ...("copies" in settings
      ? unknownNames("copies", "service", Object.keys(settings.copies), allServices(application))
      : []),
    ...copiesBeside(application, settings),
    ...portsOfHosts(application, settings),
    ...domainProblems(application, settings),
    ...unknownLimits(application, settings),
    ...unknownSeed(application, settings),
    ...wrongVariables(application, settings),
    ...("objectStorage" in settings
      ? unknownNames(
          "objectStorage.buckets",
          "bucket",
          Object.keys(settings.objectStorage.buckets),
          application.buckets,
        )
      : []),
    ...unknownNames("secrets", "secret", Object.keys(secretSourcesOf(settings)), [
      ...secrets,
      ...givenSecrets(settings).map(({ secret }) => secret),
    ]),
    ...secrets
      .filter((secret) => !lacking.includes(secret) && !optional.includes(secret))
      .flatMap((secret) => missingSecret(application, settings, secret, given)),
    ...externalUrls(settings).flatMap((external) => undescribed(application, external)),
    ...copiesOfNothing(application, settings),
    ...givenSecrets(settings).flatMap((needed) => [
      ...generatedInstead(application, settings, needed),
      ...(lacking.includes(needed.secret) ? [] : missingGiven(application, settings, needed, given)),
    ]),
    ...secrets.flatMap((secret) => takenName(application, settings, secret)),
    ...smokeTimeProblems(application, settings),
    ...missingCredentials(settings, given),
  ];
  if (problems.length > 0) throw new InputError(problems);
}

/** Says that an external server is none of the application's. */
function undescribed(application: Application, { service }: ExternalUrl): string[] {
  const described = service === "objectStorage" ? "buckets" : service;
  if (application[described] !== undefined && (described !== "buckets" || application.buckets.length > 0))
    return [];
  return [
    `towpath:${service}: the application has no ${described}, got an external one; remove it, or describe ${described} in application.ts`,
  ];
}

/** Says that nothing would copy into a storage, because nothing is dumped by the schedule. */
function copiesOfNothing(application: Application, settings: Settings): string[] {
  if (backupStorageIn(settings) === undefined || hasOwnDatabase(application, settings)) return [];
  const got = application.postgres === undefined ? "an application without postgres" : "an external database";
  return [
    `towpath:backup.storage: expected a database of Towpath's own, whose dumps are copied, got ${got}; remove storage`,
  ];
}

/** Says that a value which only people can know would be generated. */
function generatedInstead(
  application: Application,
  settings: Settings,
  { place, secret, why, also = "" }: GivenSecret,
): string[] {
  if (sourceOf(application, settings, secret).source !== "generated") return [];
  return [
    `towpath:secrets.${secret}: ${why}, for ${place}, got generated; choose the source configuration, environment or vault${also}`,
  ];
}

/** Says that no value is given for a secret that a setting names. */
function missingGiven(
  application: Application,
  settings: Settings,
  { place, secret }: GivenSecret,
  given: GivenValues,
): string[] {
  if (Object.hasOwn(application.secrets, secret)) return [];
  return missingFrom(settings, secret, sourceOf(application, settings, secret), place, given);
}

/** The problems of an environment's own variables: of services that are none, set twice, or with references to nothing. */
function wrongVariables(application: Application, settings: Settings): string[] {
  if (!("variables" in settings)) return [];
  const { variables = {} } = settings;
  const services = Object.keys(application.services);
  const own = Object.entries(variables).flatMap(([name, value]) => (typeof value === "string" ? [] : [name]));
  const shared = sharedIn(variables);
  return [
    ...unknownNames("variables", "service", own, allServices(application)),
    ...services.flatMap((service) =>
      variableProblems(
        application,
        service,
        ownIn(variables, service),
        (variable) => `towpath:variables.${service}.${variable}`,
      ),
    ),
    ...sharedProblems(application, shared, (variable) => `towpath:variables.${variable}`),
  ];
}

/** The secrets of the application that have to have a value, and are given none. */
export function missingSecrets(application: Application, settings: Settings, given: GivenValues): string[] {
  const optional = optionalSecrets(application);
  const own = Object.keys(application.secrets).filter(
    (secret) => !optional.includes(secret) && missingSecret(application, settings, secret, given).length > 0,
  );
  const named = givenSecrets(settings)
    .filter((needed) => missingGiven(application, settings, needed, given).length > 0)
    .map(({ secret }) => secret);
  return [...own, ...named];
}

/** The optional secrets of the application that are given no value. */
export function absentSecrets(application: Application, settings: Settings, given: GivenValues): string[] {
  return optionalSecrets(application).filter(
    (secret) => missingSecret(application, settings, secret, given).length > 0,
  );
}

function missingSecret(
  application: Application,
  settings: Settings,
  secret: string,
  given: GivenValues,
): string[] {
  const set = sourceOf(application, settings, secret);
  const users = Object.entries(application.services)
    .filter(([, service]) => service.secrets.includes(secret))
    .map(([name]) => name);
  return missingFrom(settings, secret, set, `this secret of ${users.join(", ")}`, given);
}

function missingFrom(
  settings: Settings,
  secret: string,
  set: SecretSource | ReleasedSecretSource,
  purpose: string,
  given: GivenValues,
): string[] {
  if (set.source === "configuration") return missingValue(settings, secret, purpose, given);
  if (set.source === "environment") {
    const problems = missingVariable(`towpath:secrets.${secret}`, set.variable ?? secret, purpose, given);
    return settings.environment === "local"
      ? problems.map((problem) => `${problem}, or write it into ${envFile}`)
      : problems;
  }
  return [];
}

/** Says that the name for a secret's value from before is the application's own already. */
function takenName(application: Application, settings: Settings, secret: string): string[] {
  if (!overlaps(sourceOf(application, settings, secret))) return [];
  const { secrets, services } = application;
  const previous = previousName(secret);
  const forms = [previous, secretFile(previous).variable];
  const owner = Object.hasOwn(secrets, previous)
    ? `secrets.${previous}`
    : Object.entries(services)
        .filter(([, service]) => service.secrets.includes(secret))
        .flatMap(([name, { environment }]) =>
          forms
            .filter((form) => Object.hasOwn(environment, form))
            .map((form) => `services.${name}.environment.${form}`),
        )[0];
  return owner === undefined
    ? []
    : [
        `towpath:secrets.${secret}.rotate.overlap: expected ${previous} to be free for the value from before, got ${owner} in the application; rename that, or leave out overlap`,
      ];
}

/** Says which of the deployment's own credentials have no value. */
export function missingCredentials(settings: Settings, given: GivenValues): string[] {
  return credentialsOf(settings).flatMap(([place, source]) =>
    missingCredential(settings, place, source, given),
  );
}

/**
 * Returns the sources of the deployment's credentials, by their settings' places; ci's only matter when it publishes.
 */
function credentialsOf(settings: Settings): [string, CredentialSource][] {
  const found: [string, CredentialSource][] = [];
  const visit = (place: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (isCredential(value)) found.push([place, value]);
    else for (const [key, inner] of Object.entries(value)) visit(`${place}.${key}`, inner);
  };
  for (const key of [
    "host" in settings ? "host" : "hosts",
    "registry",
    "vault",
    // A preview is released without it; commands that ask GitHub check it themselves.
    ...(settings.environment === "preview" ? [] : ["github"]),
    "token",
    "preview",
    "password",
    "addressSecret",
    "wildcard",
  ]) {
    visit(`towpath:${key}`, settings[key as keyof Settings]);
  }
  return found;
}

/** Only the sources of credentials have a field `source`; an agent's has no value to look for, and a generated one's is made. */
function isCredential(value: object): value is CredentialSource {
  return "source" in value && value.source !== "agent" && value.source !== "generated";
}

function missingCredential(
  settings: Settings,
  place: string,
  source: CredentialSource,
  given: GivenValues,
): string[] {
  if (source.source === "configuration") return missingValue(settings, source.name, place, given);
  return missingVariable(place, source.variable, "it", given);
}

function missingValue(settings: Settings, name: string, purpose: string, given: GivenValues): string[] {
  if (given.configuration.includes(name)) return [];
  const stack = nameOf(settings);
  const command = `npm run pulumi -- config set --stack ${stack} --secret --path towpath:secretValues.${name}`;
  return [`towpath:secretValues.${name}: no value for ${purpose}; set it with ${command}`];
}

function missingVariable(place: string, variable: string, purpose: string, given: GivenValues): string[] {
  if ((given.variables[variable] ?? "") !== "") return [];
  return [
    `${place}: no value for ${purpose} in the environment variable ${variable}; set the variable for this run`,
  ];
}
