import type { ApplicationDescription } from "../application/description.ts";
import { Environment } from "./local-environment.ts";
import { namesOf } from "../naming/names.ts";
import type { LoadedSettings } from "./load-settings.ts";
import { laterUserErrors } from "../input/user-errors.ts";

/**
 * The environment that the settings ask for; gives back the stack's outputs. What only other environments need is not
 * loaded: that is most of the time that a run which changes nothing takes.
 */
export async function deploy(
  application: ApplicationDescription,
  settings: LoadedSettings,
): Promise<Readonly<Record<string, unknown>>> {
  if (settings.environment === "ci") {
    const { CiEnvironment } = await import("./ci-environment.ts");
    const { ciRunOf } = await import("../ci/run.ts");
    const run = ciRunOf(process.env, settings.namespace);
    const { namespace, images } = new CiEnvironment(settings.namespace, { application, settings, run });
    return { namespace, images };
  }
  if (settings.environment === "staging" || settings.environment === "production") {
    const { prepareRelease } = await import("./prepare-release.ts");
    const { ReleasedEnvironment } = await import("./released-environment.ts");
    const prepared = await laterUserErrors(() => prepareRelease(application, settings));
    const { github } = settings;
    const onGithub = github && {
      prepared: await laterUserErrors(async () => {
        const { prepareGithub } = await import("../github/prepare-github.ts");
        return prepareGithub(prepared.application, { ...prepared.settings, github });
      }),
      ...(await import("./released-github.ts")),
    };
    const released = new ReleasedEnvironment(settings.namespace, prepared);
    const { url, release, releases, services, namespace, route } = released;
    const outputs = { url, release, releases, services, namespace, route };
    if (onGithub === undefined) return outputs;
    return { ...outputs, github: onGithub.releasedGithub(namespace, onGithub.prepared, released) };
  }
  if (settings.environment === "host") {
    const { HostEnvironment, prepareHost } = await import("./host-environment.ts");
    const prepared = await laterUserErrors(() => prepareHost(settings));
    const applicationName = application.name;
    const { gateway, namespace } = new HostEnvironment(settings.namespace, {
      applicationName,
      settings,
      ...prepared,
    });
    return { gateway, namespace };
  }
  if (settings.environment === "repository") {
    const { prepareRepository } = await import("../github/prepare-repository.ts");
    const { RepositoryEnvironment } = await import("./repository-environment.ts");
    const prepared = await laterUserErrors(() => prepareRepository(settings));
    const { repository, github } = new RepositoryEnvironment(settings.namespace, prepared);
    return { repository, ...(github !== undefined && { github }) };
  }
  const { namespace } = settings;
  const { askLocally, routeSince } = await import("../release/route-since.ts");
  const { listensOnIpv6 } = await import("../gateway/local-ipv6.ts");
  const { gateway } = namesOf(namespace);
  // Asked while everything before the route is looked at: nobody waits for it.
  const since = routeSince({ gateway, name: namespace });
  // What is wrong with it is told where it is used.
  since.catch(() => undefined);
  const ipv6 = listensOnIpv6(gateway, askLocally);
  const environment = new Environment(namespace, { application, settings, routeSince: since, ipv6 });
  const { url, release, services, port, route } = environment;
  return { url, release, services, namespace, port, route };
}
