import type { LeaveNetworkInput } from "../../components/contract/join-networks.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

await runStep(async ({ gateway, network }: LeaveNetworkInput, machine: Machine) => {
  await machine.leave(gateway, network);
  return { left: network };
});
