import type { SwitchRouteInput } from "./switch-route.ts";

/** The input of a look at what users get: a part of that of the switch that led them there. */
export type CheckRouteInput = Pick<SwitchRouteInput, "site" | "port" | "secure" | "checks">;
