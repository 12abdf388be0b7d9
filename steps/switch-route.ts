import { difference, type Expectation } from "./expectation.ts";
import { request } from "./http.ts";
import { pause, runStep, StepFailure } from "./program.ts";
import { readSite, writeSite, type Site } from "./site.ts";

/** What the route becomes, and what users have to get from it. */
export interface SwitchRouteInput {
  readonly site: Site;
  readonly text: string;
  /** Where the gateway listens, inside its own container. */
  readonly port: number;
  readonly checks: readonly Expectation[];
  /** How long the checks have to hold after the switch, in seconds. */
  readonly watchSeconds: number;
}

/** How long to wait between two rounds of checks, in seconds. */
const intervalSeconds = 0.25;

/** Switching and watching are one step: when users would not get what they should, the old route is put back here. */
async function switchRoute(input: SwitchRouteInput): Promise<object> {
  const before = await readSite(input.site);
  try {
    await writeSite(input.site, input.text);
  } catch (error) {
    throw new StepFailure(
      `route: the gateway refuses the new route and keeps the old one: ${(error as Error).message}`,
    );
  }
  const wrong = await watch(input);
  if (wrong !== undefined) {
    await writeSite(input.site, before);
    const now = before === undefined ? "there was no route before" : "the old route is back";
    throw new StepFailure(`smoke: after the switch, ${wrong}; ${now}`);
  }
  return { checks: input.checks.map(({ path }) => path), watchedSeconds: input.watchSeconds };
}

/** Repeats the checks until the time is up; gives back the first failure, undefined when there is none. */
async function watch({ site, port, checks, watchSeconds }: SwitchRouteInput): Promise<string | undefined> {
  const deadline = Date.now() + watchSeconds * 1000;
  do {
    const failures = await Promise.all(
      checks.map(async (expected) => {
        try {
          const answer = await request(
            { gateway: site.gateway, host: "127.0.0.1", port },
            { path: expected.path },
          );
          return difference(expected, answer);
        } catch (error) {
          return `GET ${expected.path}: ${(error as Error).message}`;
        }
      }),
    );
    const first = failures.find((failure) => failure !== undefined);
    if (first !== undefined) return first;
    await pause(intervalSeconds);
  } while (Date.now() < deadline);
  return undefined;
}

await runStep(switchRoute);
