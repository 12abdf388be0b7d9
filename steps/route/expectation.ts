import { isDeepStrictEqual } from "node:util";
import type { Expectation } from "../../components/contract/smoke-check.ts";
import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import type { Target } from "../../components/contract/target.ts";
import { defined } from "../../components/input/defined.ts";
import { NoAnswer, request, type Answer } from "../machine/http.ts";
import type { Machine } from "../machine/machine.ts";

/** The target of a request as users send it: the gateway itself. */
export function routeTarget({
  site,
  port,
  secure,
}: Pick<SwitchRouteInput, "site" | "port" | "secure">): Target {
  return { gateway: site.gateway, host: "127.0.0.1", port, ...defined({ secure }) };
}

/** The time to wait for an answer, and the number of tries. */
interface Patience {
  /** The time for one try, in seconds; 5 by default. */
  readonly timeoutSeconds?: number;
  /** The number of tries where there is no answer; 1 by default. */
  readonly tries?: number;
}

/**
 * Returns the problem with the answer to a smoke check, or the reason why there is none; undefined when it is as
 * expected.
 */
export async function unmet(
  machine: Machine,
  target: Target,
  expected: Expectation,
  { timeoutSeconds, tries = 1 }: Patience = {},
): Promise<string | undefined> {
  const { path, headers } = expected;
  try {
    const answer = await request(machine, target, {
      path,
      ...defined({ headers, timeoutSeconds }),
    });
    return difference(expected, answer);
  } catch (error) {
    if (error instanceof NoAnswer && timeoutSeconds !== undefined && tries > 1)
      return unmet(machine, target, expected, { timeoutSeconds, tries: tries - 1 });
    return `GET ${path}: ${(error as Error).message}`;
  }
}

/** Returns the difference of an answer from what was expected; undefined when there is none. */
export function difference(expected: Expectation, answer: Answer): string | undefined {
  if (answer.status !== expected.status) {
    return `GET ${expected.path}: expected status ${expected.status}, got ${answer.status} ${answer.body.slice(0, 200)}`.trim();
  }
  if (expected.json === undefined) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(answer.body);
  } catch {
    return `GET ${expected.path}: expected JSON, got ${answer.body.slice(0, 200)}`;
  }
  if (contains(found, expected.json)) return undefined;
  return `GET ${expected.path}: expected JSON with ${JSON.stringify(expected.json)}, got ${answer.body.slice(0, 200)}`;
}

/** Tells whether all of `part` is found in `whole`: objects may hold more keys, anything else has to be equal. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return isDeepStrictEqual(whole, part);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Record<string, unknown>)[key], value),
  );
}
