import type { HandOver } from "./health-gate.ts";
import type { Expectation, Listed, ListedRequest, SmokeCheck } from "./smoke-check.ts";
import type { SecureSite } from "./target.ts";

/** An environment's part of the gateway: its own file and folder, and nothing else of the gateway. */
export interface Site {
  readonly gateway: string;
  /** The file's name without its ending, and the folder's. */
  readonly name: string;
}

/** The input of the switch: the new route, and what users have to get from it. */
export interface SwitchRouteInput {
  readonly site: Site;
  /** The site's Caddyfile, the same for all releases with the same routes. */
  readonly text: string;
  /** The files that the gateway reads at every request, by path: they say what each copy is called, and more. */
  readonly files: Readonly<Record<string, string>>;
  /** All copies of the release, also those that answer no path: none may end while users are watched. */
  readonly copies: readonly string[];
  /** The port on which the gateway listens, where it runs. */
  readonly port: number;
  /** The domain and certificates of HTTPS; left out, the site is plain HTTP. */
  readonly secure?: SecureSite;
  /** The further host names that have to have a certificate after the switch; left out, there are none. */
  readonly further?: readonly SecureSite[];
  /** The checks that the new copies have to pass before the switch. */
  readonly smoke: readonly SmokeCheck[];
  /** The copies of services of which never two run; left out where there are none. */
  readonly handOvers?: HandOvers;
  /** The checks of what users get after it. */
  readonly checks: readonly Expectation[];
  /** What some of them need, and those that are asked once, after the switch; left out where all only read. */
  readonly listed?: ListedAfterwards;
  /** The time that the checks have to hold after the switch, in seconds. */
  readonly watchSeconds: number;
  /** The time that requests and web sockets may stay with the copies that the switch replaced, in seconds. */
  readonly drainSeconds: number;
}

/** The copies that take over one after the other: after the smoke checks, or before them where one of those asks such a copy. */
export interface HandOvers {
  readonly copies: readonly HandOver[];
  readonly beforeSmoke: boolean;
}

/** The checks that are asked once after the switch, in their order, beside those that are asked again and again. */
export interface ListedAfterwards extends Listed {
  readonly afterwards: readonly ListedRequest[];
  /** The headers of those who ask them, one after the other: during a canary there is one for each release. */
  readonly visitors: readonly Readonly<Record<string, string>>[];
}
