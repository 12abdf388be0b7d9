import type { Target } from "./target.ts";

/** The expected answer to a smoke check. */
export interface Expectation {
  readonly path: string;
  /** The headers of the request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** The part that the answer's JSON has to contain; it may hold more. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** A check that a new copy has to pass before the route is switched to it. */
export interface SmokeCheck extends Expectation {
  readonly target: Target;
}
