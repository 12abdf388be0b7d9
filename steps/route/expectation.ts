import { isDeepStrictEqual } from "node:util";
import type { Comparison } from "../../components/application/application.ts";
import { nameOfCheck, type Expectation, type ListedRequest } from "../../components/contract/smoke-check.ts";
import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import type { Target } from "../../components/contract/target.ts";
import { defined } from "../../components/input/defined.ts";
import { blankedOut } from "../delivered.ts";
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
  const { path, method, headers } = expected;
  try {
    const answer = await request(machine, target, {
      path,
      ...defined({ method, headers, timeoutSeconds }),
    });
    return difference(expected, answer);
  } catch (error) {
    if (error instanceof NoAnswer && timeoutSeconds !== undefined && tries > 1)
      return unmet(machine, target, expected, { timeoutSeconds, tries: tries - 1 });
    return `${nameOfCheck(expected)}: ${(error as Error).message}`;
  }
}

/** Returns the difference of an answer from what was expected; undefined when there is none. */
export function difference(
  expected: ListedRequest,
  { status, body }: Answer,
  name = nameOfCheck(expected),
): string | undefined {
  // Blanked out before it is cut, for half a secret is none that is known.
  const shown = (text: string): string => blankedOut(text).slice(0, longestShown);
  if (status !== expected.status)
    return `${name}: expected status ${expected.status}, got ${status} ${shown(body)}`.trim();
  const { json, compare = {} } = expected;
  const fields = Object.entries(compare);
  if (json === undefined && fields.length === 0) return undefined;
  const found = jsonOf(body);
  if (found === undefined) return `${name}: expected JSON, got ${shown(body)}`;
  if (json !== undefined && !contains(found.value, json))
    return `${name}: expected JSON with ${JSON.stringify(json)}, got ${shown(body)}`;
  for (const [field, comparison] of fields) {
    const value = fieldOf(found.value, field);
    const wanted = unlike(value, comparison);
    if (wanted !== undefined)
      return `${name}: expected ${field} ${wanted}, got ${value === undefined ? "nothing" : shown(JSON.stringify(value))}`;
  }
  return undefined;
}

/** Longer answers are cut in messages. */
const longestShown = 200;

/** The value of a text that is JSON. */
export function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** The field at a path with dots, `items.0.name`; undefined where there is none. `length` is that of a list. */
export function fieldOf(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    return (found as Record<string, unknown>)[name];
  }, value);
}

/** What a value is not, as a comparison wants it; undefined when it is. */
function unlike(value: unknown, { below, above, matches }: Comparison): string | undefined {
  if (below !== undefined && !(typeof value === "number" && value < below)) return `below ${below}`;
  if (above !== undefined && !(typeof value === "number" && value > above)) return `above ${above}`;
  if (matches === undefined) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return value !== undefined && new RegExp(matches).test(text) ? undefined : `to match ${matches}`;
}

/** Tells whether all of `part` is found in `whole`: objects may hold more keys, anything else has to be equal. */
function contains(whole: unknown, part: unknown): boolean {
  if (typeof part !== "object" || part === null || Array.isArray(part)) return isDeepStrictEqual(whole, part);
  if (typeof whole !== "object" || whole === null) return false;
  return Object.entries(part).every(([key, value]) =>
    contains((whole as Record<string, unknown>)[key], value),
  );
}
