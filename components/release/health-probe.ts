import type { Service } from "../application/application.ts";
import type { ReferenceFacts } from "../application/references.ts";
import { forwardedHeaders } from "../gateway/forwarded.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { HealthGateArgs } from "../host/health-gate.ts";

/** Returns the probe of a service's copies: as the gateway sees them, or by their own command. */
export function probeOf(
  { health, port }: Service,
  {
    gateway,
    facts: { url },
  }: { gateway: Pick<Gateway, "containerName">; facts: Pick<ReferenceFacts, "url"> },
): Pick<HealthGateArgs, "probe"> {
  if (health === undefined) return {};
  if ("command" in health) return { probe: { command: [...health.command] } };
  if (port === undefined) return {};
  const { path } = health;
  const headers = forwardedHeaders(url);
  return { probe: gateway.containerName.apply((name) => ({ gateway: name, path, port, headers })) };
}
