import type { ListedAfterwards, SwitchRouteInput } from "./switch-route.ts";
import type { Expectation, ListedCommand } from "./smoke-check.ts";

/** The input of smoke checks that somebody asks for: those of the release that runs, at its address for users. */
export interface AskSmokeInput extends ListedAfterwards, Pick<SwitchRouteInput, "secure"> {
  /** The address of the environment for users. */
  readonly url: string;
  /** Where that is in fact; left out, where its name leads to. */
  readonly at?: string;
  readonly gateway: string;
  /** The requests that only read. */
  readonly checks: readonly Expectation[];
  readonly commands: readonly ListedCommand[];
}

/** The result of one check. */
export interface AskedCheck {
  readonly check: string;
  readonly passed: boolean;
  readonly seconds: number;
  /** Why it did not pass. */
  readonly problem?: string;
  /** The last lines that its command printed. */
  readonly log?: string;
}

/** The results, in the order in which the checks were asked. */
export interface AskSmokeReceipt {
  readonly checks: readonly AskedCheck[];
}
