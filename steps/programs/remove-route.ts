import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import { runStep } from "../program.ts";
import { removeSite } from "../route/site.ts";

await runStep(async ({ site }: SwitchRouteInput) => {
  await removeSite(site);
  return { removed: site.name };
});
