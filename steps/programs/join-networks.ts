import type { JoinNetworksInput } from "../../components/contract/join-networks.ts";
import { copiesQuestion } from "../../components/gateway/served-site.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";

/** Has the gateway join what it is not in yet: it finds copies only in networks that it shares with them. */
async function joinNetworks({ gateway, network }: JoinNetworksInput, machine: Machine): Promise<object> {
  const [before] = await machine.networks([gateway]);
  if (before === undefined) {
    throw new StepFailure(
      `towpath:gateway: the gateway has to be on the host, got no container ${gateway}; bring its stack up again`,
    );
  }
  const wanted = network === undefined ? await networksOfCopies(machine, gateway) : [network];
  const missing = wanted.filter((name) => !before.includes(name));
  for (const name of missing) await machine.join(gateway, name);
  return { joined: missing };
}

async function networksOfCopies(machine: Machine, gateway: string): Promise<string[]> {
  const copies = await machine.run(gateway, copiesQuestion, { looks: true });
  const named = [...new Set(copies.split("\n").filter((copy) => copy !== ""))];
  return [...new Set((await machine.networks(named)).flat())].sort();
}

await runStep(joinNetworks);
