import { createHash } from "node:crypto";
import { difference, type Expectation } from "./expectation.ts";
import { request } from "./http.ts";
import { pause, runStep, StepFailure } from "./program.ts";
import {
  readSite,
  removeOtherReleases,
  writeRelease,
  writeSite,
  type Site,
  type SiteContent,
} from "./site.ts";

/** What the route becomes, and what users have to get from it. */
export interface SwitchRouteInput {
  readonly site: Site;
  /** The site's Caddyfile, the same for all releases with the same routes. */
  readonly text: string;
  /** The containers that answer, by service. */
  readonly containers: Readonly<Record<string, string>>;
  /** Where the gateway listens, inside its own container. */
  readonly port: number;
  readonly checks: readonly Expectation[];
  /** How long the checks have to hold after the switch, in seconds. */
  readonly watchSeconds: number;
}

/** How long to wait between two rounds of checks, in seconds. */
const intervalSeconds = 0.5;

/** Switching and watching are one step: when users would not get what they should, the old route is put back here. */
async function switchRoute(input: SwitchRouteInput): Promise<object> {
  const { site, text, containers } = input;
  const release = releaseName(containers);
  const before = await readSite(site);
  await writeRelease(site, release, containers);
  try {
    await writeSite(site, { text, release });
  } catch (error) {
    const now = await putBack(site, before);
    throw new StepFailure(`route: the gateway refuses the new route, ${now}: ${(error as Error).message}`);
  }
  const wrong = await watch(input);
  if (wrong !== undefined) {
    throw new StepFailure(`smoke: after the switch, ${wrong}; ${await putBack(site, before)}`);
  }
  await removeOtherReleases(site);
  return { checks: input.checks.map(({ path }) => path), watchedSeconds: input.watchSeconds };
}

/** The same containers are the same release, however often the step runs. */
function releaseName(containers: SwitchRouteInput["containers"]): string {
  return createHash("sha256").update(JSON.stringify(containers)).digest("hex").slice(0, 12);
}

/** Makes the route what it was, and says so. */
async function putBack(site: Site, before: SiteContent | undefined): Promise<string> {
  try {
    await writeSite(site, before);
  } catch (error) {
    return `the old route could not be put back: ${(error as Error).message}`;
  }
  return before === undefined ? "there was no route before" : "the old route is back";
}

/** Repeats the checks until the time is up; gives back the first failure, undefined when there is none. */
async function watch({ site, port, checks, watchSeconds }: SwitchRouteInput): Promise<string | undefined> {
  const target = { gateway: site.gateway, host: "127.0.0.1", port };
  const deadline = Date.now() + watchSeconds * 1000;
  do {
    for (const expected of checks) {
      const failure = await request(target, { path: expected.path }).then(
        (answer) => difference(expected, answer),
        (error: unknown) => `GET ${expected.path}: ${(error as Error).message}`,
      );
      if (failure !== undefined) return failure;
    }
    await pause(intervalSeconds);
  } while (Date.now() < deadline);
  return undefined;
}

await runStep(switchRoute);
