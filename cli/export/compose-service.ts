import { plain } from "./compose-values.ts";

/** A service, by Compose's own words. */
export type ComposeService = Readonly<Record<string, unknown>>;

/** The health check of a command, as often as Towpath asks. */
export function healthcheck(...test: readonly string[]): object {
  return {
    test: ["CMD", ...test.map(plain)],
    interval: "10s",
    timeout: "5s",
    start_period: "10s",
    retries: 3,
  };
}

/** A field that is left out where nothing is in it. */
export function nonEmpty<Name extends string, Value extends object>(
  name: Name,
  value: Value,
): Partial<Record<Name, Value>> {
  return Object.keys(value).length === 0 ? {} : ({ [name]: value } as Record<Name, Value>);
}
