import type { Step } from "../terminal/progress.ts";

/** One thing that a machine must have before an environment can be started. */
export interface Requirement {
  /** Its title, as progress and `doctor` show it: `pulumi 3.259.0`. */
  readonly title: string;
  /**
   * Tells whether it is there. Fast, and changes nothing.
   *
   * @throws Problem when it is there and cannot be used, or cannot be provided from here.
   */
  check(): Promise<boolean>;
  /**
   * Brings it about.
   *
   * @throws Problem when that fails, with what a person can do.
   */
  provide(step: Step): Promise<void>;
}
