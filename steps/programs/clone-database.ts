import type { CloneDatabaseInput } from "../../components/contract/template.ts";
import { cloneTemplate } from "../database/clones.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { runStep } from "../program.ts";

async function cloneDatabase(
  { network, alias, ...clone }: CloneDatabaseInput,
  machine: Machine,
): Promise<object> {
  delivers([clone.password]);
  waitingFor("the template is cloned");
  const receipt = await cloneTemplate(machine, clone);
  waitingFor(undefined);
  const { container } = clone.server;
  const [networks = []] = await machine.networks([container]);
  if (!networks.includes(network)) await machine.join(container, network, alias);
  return receipt;
}

await runStep(cloneDatabase);
