import type { Application } from "../application/application.ts";
import { hostPorts, portInWords } from "../application/published-ports.ts";
import { isStopFirst } from "../application/rollout.ts";
import { describedRoutes, routeInWords } from "../application/routes.ts";
import type { ReleasedSettings } from "../settings/released-settings.ts";
import type { ReleasePlan } from "./plan.ts";
import { changedParts } from "./release-description.ts";
import type { ReleaseRecord } from "./release-record.ts";

/** What tells which services a release changes. */
type Planned = Pick<ReleasePlan, "current" | "images" | "description" | "settingsHash">;

/** The times that a release may take, in seconds. */
type Times = Pick<ReleasedSettings, "drainSeconds" | "gateTimeoutSeconds" | "canary">;

/**
 * Says of each service whose copies never run beside each other that it stops for the release, and for how long: as long as
 * the last time, where that is known. A changed setting counts for every service.
 */
export function stoppedServices(
  { services }: Pick<Application, "services">,
  { current, images, description, settingsHash }: Planned,
  { drainSeconds, gateTimeoutSeconds, canary }: Times,
): string[] {
  // A first release stops nothing, and a canary leaves them as they are.
  if (current === undefined || canary !== undefined) return [];
  const before = current.description;
  const changed = before && description ? changedParts(before, description) : [];
  const isChanged = (name: string, image: string): boolean =>
    settingsHash !== current.settingsHash ||
    images[image] !== current.images[image] ||
    changed.includes(`services.${name}`);
  return Object.entries(services).flatMap(([name, service]) => {
    if (!isStopFirst(service) || !isChanged(name, service.image)) return [];
    const subject = `services.${name}`;
    const seconds = secondsOf(current, subject);
    const time =
      seconds === undefined
        ? `until the new copy is healthy: the old one has ${drainSeconds} s to end, the new one ${gateTimeoutSeconds} s`
        : `about ${Math.ceil(seconds)} s as the last time`;
    const reached = [
      ...describedRoutes(service).map(routeInWords),
      ...hostPorts(name, service).map((port) => `port ${portInWords(port)}`),
    ];
    const unanswered = reached.length === 0 ? "" : `; nobody answers ${reached.join(", ")} meanwhile`;
    return [`${subject}: stops for the release, ${time}${unanswered}`];
  });
}

function secondsOf({ receipts }: ReleaseRecord, subject: string): number | undefined {
  const { handedOver } = receipts.route as { handedOver?: Readonly<Record<string, number>> };
  return handedOver?.[subject];
}
