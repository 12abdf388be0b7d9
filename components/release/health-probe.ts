import type { Service } from "../application/application.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { addressOf, forwardedHeaders } from "../gateway/forwarded.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { HealthGateArgs } from "../host/health-gate.ts";

/** Returns the probe of a service's copies: as the gateway sees them, or by their own command. */
export function probeOf(
  service: Service,
  { gateway, facts }: { gateway: Pick<Gateway, "containerName">; facts: ReferenceFacts },
): Pick<HealthGateArgs, "probe"> {
  const { health, port } = service;
  if (health === undefined) return {};
  if ("command" in health) return { probe: { command: [...health.command] } };
  if (port === undefined) return {};
  const { path } = health;
  const headers = forwardedHeaders(addressOf(service, facts));
  return { probe: gateway.containerName.apply((name) => ({ gateway: name, path, port, headers })) };
}
