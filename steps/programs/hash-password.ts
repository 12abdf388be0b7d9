import type { HashPasswordInput } from "../../components/contract/hash-password.ts";
import { delivers } from "../delivered.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep } from "../program.ts";

/**
 * The cost of a hash, as bcrypt counts it: 50 ms or so, once for each browser. Caddy's own default is 14, which takes a
 * second: enough wrong passwords would keep the host busy.
 */
const cost = 10;

async function hashPassword({ gateway, password }: HashPasswordInput, machine: Machine): Promise<object> {
  delivers([password]);
  const command = ["caddy", "hash-password", "--algorithm", "bcrypt", "--bcrypt-cost", String(cost)];
  const printed = await machine.run(gateway, command, { input: password });
  return { hash: printed.trim() };
}

await runStep(hashPassword);
