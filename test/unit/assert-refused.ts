import assert from "node:assert/strict";
import { InputError } from "../../components/input/input-error.ts";

/** A change of something good; `undefined` takes a key away. */
export type Change = Record<string, unknown>;

/** A function that merges one bad value into something good, and compares the whole message of the refusal. */
export function refusalOf(parse: (input: unknown) => unknown, good: object) {
  return (message: string, bad: unknown): void => {
    assert.equal(
      messageOf(() => parse(merged(good, bad))),
      message,
    );
  };
}

/** The message of the InputError that the call throws; anything else is a failed test. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

/** The good value with the change merged in: maps key by key, everything else whole. */
export function merged(good: unknown, change: unknown): unknown {
  if (!isMap(good) || !isMap(change)) return change;
  const result: Record<string, unknown> = { ...good };
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) Reflect.deleteProperty(result, key);
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
