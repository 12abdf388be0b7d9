import pRetry from "p-retry";
import { unmet, type Expectation } from "./expectation.ts";
import type { Target } from "./http.ts";
import { runStep, StepFailure } from "./program.ts";

/** What has to answer before the route is switched: each check names the new copy that it asks. */
export interface SmokeCheckInput {
  readonly checks: readonly (Expectation & { readonly target: Target })[];
}

async function smokeCheck({ checks }: SmokeCheckInput): Promise<object> {
  // One after the other: each starts a process in the gateway's container, beside the copies that serve.
  for (const check of checks) {
    await pRetry(() => ask(check), { retries: 2, minTimeout: 500 }).catch((error: unknown) => {
      throw new StepFailure(`smoke: ${(error as Error).message}; the route was not switched`);
    });
  }
  return { passed: checks.map(({ path }) => path) };
}

async function ask({ target, ...expected }: SmokeCheckInput["checks"][number]): Promise<void> {
  const wrong = await unmet(target, expected);
  if (wrong !== undefined) throw new Error(wrong);
}

await runStep(smokeCheck);
