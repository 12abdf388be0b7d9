import { found } from "../application/names.ts";
import { hostPorts } from "../application/published-ports.ts";
import type { PublishedPort } from "../host/host.ts";
import type { ReleaseArgs } from "./release-args.ts";

/** The ports of the host that lead to a service's copy, in the order in which the engine lists them. */
export function portsOf(
  { application, publishesPorts }: Pick<ReleaseArgs, "application" | "publishesPorts">,
  service: string,
): { ports?: readonly PublishedPort[] } {
  const ports = hostPorts(service, found(application.services, service));
  if (publishesPorts !== true || ports.length === 0) return {};
  return {
    ports: ports
      .sort((a, b) => a.target - b.target || a.protocol.localeCompare(b.protocol))
      // Without an address the engine would list IPv6's beside, and every refresh would show a change.
      .map(({ published, target, protocol }) => ({
        ...{ internal: target, external: published, ip: "0.0.0.0" },
        ...(protocol === "udp" && { protocol }),
      })),
  };
}
