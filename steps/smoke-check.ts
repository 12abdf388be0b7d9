import pRetry from "p-retry";
import { difference, type Expectation } from "./expectation.ts";
import { request, type Target } from "./http.ts";
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
  const answer = await request(target, { path: expected.path }).catch((error: unknown) => {
    throw new Error(`GET ${expected.path}: ${(error as Error).message}`);
  });
  const different = difference(expected, answer);
  if (different !== undefined) throw new Error(different);
}

await runStep(smokeCheck);
