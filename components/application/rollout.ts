import type { Service } from "./application.ts";

/** Tells whether the old copy of a service ends before a new one starts. */
export function isStopFirst({ rollout }: Pick<Service, "rollout">): boolean {
  return rollout === "stop-first";
}
