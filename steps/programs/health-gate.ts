import type { HealthGateInput } from "../../components/contract/health-gate.ts";
import { healthy } from "../copies/healthy.ts";
import { checkRun } from "../lineage.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

async function healthGate(input: HealthGateInput, machine: Machine): Promise<object> {
  const { subject, container, onlyOneOf } = input;
  if (onlyOneOf !== undefined) {
    const all = await machine.copies(onlyOneOf);
    if (all.some(({ name, isUp }) => isUp && name !== container))
      return { subject, container, startsAtSwitch: true };
    checkRun();
    await machine.start(container);
  }
  await healthy(machine, input);
  return { subject, container, healthy: true };
}

await runStep(healthGate);
