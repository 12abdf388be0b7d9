import pRetry from "p-retry";
import type { CheckRouteInput } from "../../components/contract/check-route.ts";
import type { Machine } from "../machine/machine.ts";
import { runStep, StepFailure } from "../program.ts";
import { routeTarget, unmet } from "../route/expectation.ts";

/** Asks what users get, one path after the other; another time, where an answer is wrong for a moment only. */
async function checkRoute({ checks, ...route }: CheckRouteInput, machine: Machine): Promise<object> {
  const target = routeTarget(route);
  for (const check of checks) {
    const ask = async (): Promise<void> => {
      const wrong = await unmet(machine, target, check);
      if (wrong !== undefined) throw new Error(wrong);
    };
    await pRetry(ask, { retries: 2, minTimeout: 500 }).catch((error: unknown) => {
      throw new StepFailure(`smoke: ${(error as Error).message}`);
    });
  }
  return { passed: checks.map(({ path }) => path) };
}

await runStep(checkRoute);
