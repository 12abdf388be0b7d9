import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";
import { removeSite } from "../route/site.ts";

await runStep(async ({ site }: SwitchRouteInput, machine: Machine) => {
  await removeSite(machine, site);
  return { removed: site.name };
});
