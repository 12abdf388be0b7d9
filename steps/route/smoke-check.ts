import type { Listed, SmokeCheck } from "../../components/contract/smoke-check.ts";
import { nameOfCheck } from "../../components/contract/smoke-check.ts";
import { request } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { ListedRun } from "./listed-run.ts";

/** What checks that only read have: nothing they refer to, and no time that they could wait longer than usual. */
const nothing: Listed = { limitSeconds: 60, secrets: {} };

/** Asks the new copies what users will ask, before any user can reach them. Returns the names of the checks. */
export async function smokeCheck(
  machine: Machine,
  checks: readonly SmokeCheck[],
  listed = nothing,
): Promise<{ passed: string[] }> {
  const run = new ListedRun(machine, listed);
  // One after the other: each starts a process where the gateway runs, beside the copies that serve.
  for (const check of checks) {
    const unmet = await run.unmet(check, (asked) => {
      if ("command" in check) throw new Error("a command asks nobody");
      return request(machine, check.target, asked);
    });
    if (unmet !== undefined)
      throw new StepFailure(`smoke: ${unmet.words}; the route was not switched${unmet.log}`);
  }
  return { passed: checks.map(shortName) };
}

/** The name of a check in a receipt: of a request that only reads, its path. */
export function shortName(check: SmokeCheck): string {
  return nameOfCheck(check).replace(/^GET \//, "/");
}
