import type { Application } from "../application/application.ts";
import { previousName } from "../application/previous-secrets.ts";
import { show } from "../input/input-checks.ts";
import { sourceOf } from "../settings/agreement.ts";
import type { AgentCredential, CredentialSource } from "../settings/credential.ts";
import { externalUrls } from "../settings/external.ts";
import type { ProductionSettings } from "../settings/production.ts";
import { overlaps } from "../settings/secret-source.ts";
import type { StagingSettings } from "../settings/staging.ts";

/** GitHub's own limit for one secret: 48 KB, see "Using secrets in GitHub Actions". */
export const longestSecret = 49_152;

/** A secret of an environment's workflows on GitHub. */
export interface DeploymentSecret {
  /** Its name on GitHub. */
  readonly name: string;
  /** The setting that asks for it, as messages name it. */
  readonly place: string;
  readonly from: SecretOrigin;
}

/** The place of a secret's value. */
export type SecretOrigin =
  | { readonly kind: "application"; readonly secret: string }
  | { readonly kind: "credential"; readonly source: CredentialSource | AgentCredential }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "variable"; readonly variable: string };

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The secrets that an environment's workflows need on GitHub: those that the application declares, and what the
 * deployment itself reads.
 *
 * Each is called as the variable that the settings read it from, else as it is called in the configuration; the key of an
 * SSH agent, which has no name, `SSH_PRIVATE_KEY`.
 */
export function deploymentSecrets(
  application: Application,
  settings: StagingSettings | ProductionSettings,
  variables: Variables,
): DeploymentSecret[] {
  const all = [
    ...Object.keys(application.secrets).map((secret): DeploymentSecret => {
      const source = sourceOf(application, settings, secret);
      const name = source.source === "environment" ? (source.variable ?? secret) : secret;
      return { name, place: `towpath:secrets.${secret}`, from: { kind: "application", secret } };
    }),
    ...Object.keys(application.secrets).flatMap((secret) =>
      previousSecret(secret, sourceOf(application, settings, secret), variables),
    ),
    ...externalUrls(settings)
      .filter(({ secret }) => !Object.hasOwn(application.secrets, secret))
      .map(({ secret, place }): DeploymentSecret => {
        const source = sourceOf(application, settings, secret);
        const name = source.source === "environment" ? (source.variable ?? secret) : secret;
        return { name, place, from: { kind: "application", secret } };
      }),
    ...credentialsIn("towpath:hosts", settings.hosts),
    ...credentialsIn("towpath:registry", settings.registry),
    ...credentialsIn("towpath:vault", settings.vault),
    ...stateSecret(variables),
    ...tailscale(settings),
  ];
  // The key of several hosts, or a password that is read twice, is one secret.
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
}

/** Returns the problems of secrets that GitHub would refuse by their names; nothing has to be known of their values. */
export function nameProblems(secrets: readonly DeploymentSecret[]): string[] {
  return secrets.flatMap(({ name, place }, index) => {
    const upper = name.toUpperCase();
    if (!/^[A-Z_][A-Z0-9_]*$/.test(upper) || upper.startsWith("GITHUB_")) {
      return [
        `${place}: GitHub takes secrets' names of letters, digits and underscores, not from GITHUB_ on, got ${show(name)}; rename it`,
      ];
    }
    const first = secrets.findIndex((other) => other.name.toUpperCase() === upper);
    if (first === index) return [];
    return [
      `${place}: GitHub would keep one secret for this and ${secrets[first]?.place ?? ""}, got ${show(name)}; rename one of them`,
    ];
  });
}

/** Returns the problem with a value's size; nothing is said of the value itself. */
export function sizeProblem({ place, name }: DeploymentSecret, value: string): string[] {
  const bytes = Buffer.byteLength(value);
  if (bytes <= longestSecret) return [];
  return [
    `${place}: GitHub takes secrets of ${longestSecret} bytes at most, got ${bytes} for ${name}; make it smaller, or keep it elsewhere`,
  ];
}

/** Says that a secret is not there and cannot be given from here, and what to do. */
export function missingWarning(
  { name, place }: DeploymentSecret,
  environment: string,
  repository: string,
): string {
  return (
    `${place}: GitHub's environment ${environment} has no secret ${name}, and this run has no value for it; ` +
    `workflows need it: gh secret set ${name} --env ${environment} --repo ${repository} < FILE`
  );
}

/** A value from before in a variable of this run: the next run would end the overlap without it. */
function previousSecret(
  secret: string,
  source: ReturnType<typeof sourceOf>,
  variables: Variables,
): DeploymentSecret[] {
  if (source.source !== "environment" || !overlaps(source)) return [];
  const variable = previousName(source.variable ?? secret);
  if ((variables[variable] ?? "") === "") return [];
  return [{ name: variable, place: `towpath:secrets.${secret}`, from: { kind: "variable", variable } }];
}

/** The state's own secret, by the backend of this run: Pulumi Cloud's token, else the passphrase; none for an empty one. */
function stateSecret(variables: Variables): DeploymentSecret[] {
  const isCloud = /^https?:/.test(variables.PULUMI_BACKEND_URL ?? "");
  const variable = isCloud ? "PULUMI_ACCESS_TOKEN" : "PULUMI_CONFIG_PASSPHRASE";
  if (!isCloud && variables[variable] === "") return [];
  return [{ name: variable, place: variable, from: { kind: "variable", variable } }];
}

function tailscale({ github }: StagingSettings | ProductionSettings): DeploymentSecret[] {
  if (github?.tailscale === undefined) return [];
  const { clientId, clientSecret } = github.tailscale;
  const place = "towpath:github.tailscale";
  return [
    { name: "TS_OAUTH_CLIENT_ID", place: `${place}.clientId`, from: { kind: "text", text: clientId } },
    {
      name: "TS_OAUTH_SECRET",
      place: `${place}.clientSecret`,
      from: { kind: "credential", source: clientSecret },
    },
  ];
}

/** The credentials anywhere in a setting. */
function credentialsIn(place: string, value: unknown): DeploymentSecret[] {
  if (typeof value !== "object" || value === null) return [];
  if ("source" in value) {
    const source = value as CredentialSource | AgentCredential;
    return [{ name: nameOf(source), place, from: { kind: "credential", source } }];
  }
  return Object.entries(value).flatMap(([key, inner]) => credentialsIn(`${place}.${key}`, inner));
}

function nameOf(source: CredentialSource | AgentCredential): string {
  if (source.source === "agent") return "SSH_PRIVATE_KEY";
  return source.source === "configuration" ? source.name : source.variable;
}

/** Tells whether two secrets have one name and one value by where it comes from. */
function isSame(one: DeploymentSecret, other: DeploymentSecret): boolean {
  return one.name === other.name && originOf(one) === originOf(other);
}

/** The variable or entry that a value is read from; an application's secret may be the same as a credential. */
function originOf({ name, from }: DeploymentSecret): string {
  if (from.kind === "credential" && from.source.source === "environment") return `variable ${name}`;
  return JSON.stringify(from);
}
