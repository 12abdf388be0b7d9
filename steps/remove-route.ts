import type { SwitchRouteInput } from "./switch-route.ts";
import { runStep } from "./program.ts";
import { writeSite } from "./site.ts";

await runStep(async ({ site }: SwitchRouteInput) => {
  await writeSite(site, undefined);
  return { removed: site.name };
});
