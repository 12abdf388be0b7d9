import type { Application } from "../application/application.ts";
import { hostPorts } from "../application/published-ports.ts";
import { isStopFirst } from "../application/rollout.ts";
import type { Settings } from "./settings.ts";

/** Says that a service of which never two copies run is given several. */
export function copiesBeside({ services }: Application, settings: Settings): string[] {
  if (!("copies" in settings)) return [];
  return Object.entries(settings.copies).flatMap(([name, copies]) => {
    const service = Object.hasOwn(services, name) ? services[name] : undefined;
    if (service === undefined || copies < 2 || !isStopFirst(service)) return [];
    return [
      `towpath:copies.${name}: expected one copy of a service that is released stop-first, got ${copies}; remove it, or leave out services.${name}.${service.ports === undefined ? "rollout" : "ports"}`,
    ];
  });
}

/** Says that a port that a service publishes is that of the host's SSH server. */
export function portsOfHosts({ services }: Application, settings: Settings): string[] {
  if (!("hosts" in settings) || settings.environment === "preview") return [];
  const ssh = Object.entries(settings.hosts);
  return Object.entries(services).flatMap(([name, service]) =>
    hostPorts(name, service).flatMap(({ published, protocol, path, given }) =>
      ssh
        .filter(([, { port }]) => protocol === "tcp" && port === published)
        .map(
          ([host]) =>
            `${path}: the SSH server of ${host} has port ${published}, got "${given}"; choose another port`,
        ),
    ),
  );
}
