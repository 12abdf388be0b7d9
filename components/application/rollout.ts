import type { Service } from "./application.ts";

/** Tells whether the old copy of a service ends before a new one starts: a port of a host can belong to one of them only. */
export function isStopFirst({ rollout, ports }: Pick<Service, "rollout" | "ports">): boolean {
  return rollout === "stop-first" || ports !== undefined;
}
