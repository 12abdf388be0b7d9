import pRetry from "p-retry";
import type { SmokeCheck } from "../../components/contract/smoke-check.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { unmet } from "./expectation.ts";

/** Asks the new copies what users will ask, before any user can reach them. Returns the paths that were asked. */
export async function smokeCheck(
  machine: Machine,
  checks: readonly SmokeCheck[],
): Promise<{ passed: string[] }> {
  // One after the other: each starts a process where the gateway runs, beside the copies that serve.
  for (const check of checks) {
    await pRetry(() => ask(machine, check), { retries: 2, minTimeout: 500 }).catch((error: unknown) => {
      throw new StepFailure(`smoke: ${(error as Error).message}; the route was not switched`);
    });
  }
  return { passed: checks.map(({ path }) => path) };
}

async function ask(machine: Machine, { target, ...expected }: SmokeCheck): Promise<void> {
  const wrong = await unmet(machine, target, expected);
  if (wrong !== undefined) throw new Error(wrong);
}
