import type { DropCloneInput } from "../../components/contract/template.ts";
import { dropClone } from "../database/clones.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

async function drop({ server, clone, network }: DropCloneInput, machine: Machine): Promise<object> {
  const { container } = server;
  const [networks] = await machine.networks([container]);
  // Databases go with their server.
  if (networks === undefined) return {};
  if (network !== undefined) await machine.leave(container, network);
  await dropClone(machine, server, clone);
  return { dropped: clone };
}

await runStep(drop);
