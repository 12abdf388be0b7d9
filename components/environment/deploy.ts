import type { ApplicationDescription } from "../application/description.ts";
import { defined } from "../input/defined.ts";
import { laterUserErrors, userErrors } from "../input/user-errors.ts";
import { namesOf } from "../naming/names.ts";
import type { EnvironmentName } from "../naming/namespace.ts";
import type { LoadedSettings } from "../settings/loaded-settings.ts";
import { withHiddenAddress } from "../settings/preview-address.ts";
import type { Settings } from "../settings/settings.ts";
import { DataOnly, Environment, prepareLocal } from "./local-environment.ts";
import { localRunOf } from "./local-run.ts";
import type { PreparedGithub } from "../github/prepare-github.ts";
import type { ReleasedEnvironmentArgs } from "./released-environment.ts";

/** The outputs of a stack. */
type Outputs = Readonly<Record<string, unknown>>;

type LoadedFor<Name extends EnvironmentName> = LoadedSettings<Extract<Settings, { environment: Name }>>;

/**
 * Deploys the environment that the settings ask for: it is prepared first, which fails before anything is made, then made.
 * Modules that only other environments need are not loaded: that would take most of a run that changes nothing.
 *
 * @returns the stack's outputs
 */
export async function deploy(
  description: ApplicationDescription,
  { settings, ...values }: LoadedSettings,
): Promise<Outputs> {
  switch (settings.environment) {
    case "local":
      return deployLocal(description, { settings, ...values });
    case "ci":
      return deployCi(description, { settings, ...values });
    case "preview":
    case "staging":
    case "production":
      return deployReleased(description, { settings, ...values });
    case "host":
      return deployHost(description, { settings, ...values });
    case "repository":
      return deployRepository({ settings, ...values });
  }
}

async function deployLocal(
  description: ApplicationDescription,
  loaded: LoadedFor<"local">,
): Promise<Outputs> {
  const run = localRunOf(process.env);
  const prepared = userErrors(() => prepareLocal(description, loaded, run));
  const { settings } = loaded;
  const { checkDatabaseName, databaseOutput } = await import("./database-name.ts");
  const { variablesHere } = await import("../host/container-variables.ts");
  await laterUserErrors(() => checkDatabaseName(prepared, variablesHere));
  if (run.only === "data") {
    const { namespace, port, ports } = new DataOnly(settings.namespace, prepared);
    return { namespace, port, ports, ...databaseOutput(prepared) };
  }
  const { routeSince } = await import("../release/route-since.ts");
  const { localPorts } = await import("../host/local-engine.ts");
  const { listensOnIpv6 } = await import("../gateway/local-ipv6.ts");
  const site = { gateway: namesOf(settings.namespace).gateway, name: settings.namespace };
  // Asked while everything before the route is looked at: nobody waits for it.
  const since = routeSince(site);
  // A problem with it is reported where it is used.
  since.catch(() => undefined);
  const ipv6 = listensOnIpv6(() => localPorts(site.gateway));
  const local = new Environment(settings.namespace, { ...prepared, routeSince: since, ipv6 });
  const { url, release, services, namespace, port, ports, route } = local;
  const isPublished = Object.keys(ports).length > 0;
  return {
    ...{ url, release, services, namespace, port, route },
    ...(isPublished && { ports }),
    ...databaseOutput(prepared),
  };
}

async function deployCi(description: ApplicationDescription, loaded: LoadedFor<"ci">): Promise<Outputs> {
  const { CiEnvironment, prepareCi } = await import("./ci-environment.ts");
  const { ciRunOf } = await import("../ci/run.ts");
  const name = loaded.settings.namespace;
  const run = ciRunOf(process.env, name);
  const prepared = userErrors(() => prepareCi(description, loaded, run));
  const { namespace, images } = new CiEnvironment(name, prepared);
  return { namespace, images };
}

async function deployReleased(
  description: ApplicationDescription,
  loaded: LoadedFor<"preview" | "staging" | "production">,
): Promise<Outputs> {
  const { prepareRelease } = await import("./prepare-release.ts");
  const { ReleasedEnvironment } = await import("./released-environment.ts");
  const { databaseOutput } = await import("./database-name.ts");
  const prepared = await laterUserErrors(() => prepareRelease(description, withHiddenAddress(loaded)));
  const { settings } = prepared;
  const onGithub = await laterUserErrors(() => preparedGithub(prepared));
  const released = new ReleasedEnvironment(settings.namespace, prepared);
  const { url, release, releases, services, namespace, route, password } = released;
  const { variables } = settings;
  const outputs = {
    ...{ url, release, releases, services, namespace, route, ...defined({ password, variables }) },
    ...(prepared.externalPostgres === undefined && databaseOutput(prepared)),
  };
  if (onGithub === undefined) return outputs;
  const { releasedGithub } = await import("./released-github.ts");
  return { ...outputs, github: releasedGithub(namespace, onGithub, released) };
}

/** Prepares GitHub's environment of the stack, where its settings ask for one. */
async function preparedGithub({
  settings,
  ...prepared
}: ReleasedEnvironmentArgs): Promise<PreparedGithub | undefined> {
  // The repository of previews has one environment for all of them, which its own stack makes.
  if (settings.environment === "preview" || !("github" in settings)) return undefined;
  const { github } = settings;
  const { prepareGithub } = await import("../github/prepare-github.ts");
  return prepareGithub(prepared.application, { ...prepared, settings: { ...settings, github } });
}

async function deployHost(
  { name: applicationName }: ApplicationDescription,
  loaded: LoadedFor<"host">,
): Promise<Outputs> {
  const { HostEnvironment, prepareHost } = await import("./host-environment.ts");
  const prepared = await laterUserErrors(() => prepareHost(loaded));
  const { settings } = loaded;
  const shared = new HostEnvironment(settings.namespace, { applicationName, settings, ...prepared });
  const { gateway, template, namespace } = shared;
  return { gateway, namespace, ...defined({ template }) };
}

async function deployRepository(loaded: LoadedFor<"repository">): Promise<Outputs> {
  const { prepareRepository } = await import("../github/prepare-repository.ts");
  const { RepositoryEnvironment } = await import("./repository-environment.ts");
  const prepared = await laterUserErrors(() => prepareRepository(loaded));
  const { repository, github } = new RepositoryEnvironment(loaded.settings.namespace, prepared);
  return { repository, ...defined({ github }) };
}
