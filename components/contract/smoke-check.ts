import type { Target } from "./target.ts";

/** What the answer to a smoke check has to be. */
export interface Expectation {
  readonly path: string;
  /** What the request says besides. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer's JSON has to contain; it may hold more. */
  readonly json?: Readonly<Record<string, unknown>>;
}

/** What a new copy has to answer before the route is switched to it. */
export interface SmokeCheck extends Expectation {
  readonly target: Target;
}
