import { createHash } from "node:crypto";
import { awaitCertificate, type SecureSite } from "./certificate.ts";
import { addressesOf, drain } from "./drain.ts";
import { unmet, type Expectation } from "./expectation.ts";
import { lastLogLines } from "./docker.ts";
import { knowAuthority } from "./http.ts";
import { pause, runStep, StepFailure } from "./program.ts";
import { endedSince, restartsOf, type Restarts } from "./restarts.ts";
import {
  readSite,
  removeOtherReleases,
  writeRelease,
  writeSite,
  type Site,
  type SiteContent,
} from "./site.ts";
import { smokeCheck, type SmokeCheck } from "./smoke-check.ts";

/** What the route becomes, and what users have to get from it. */
export interface SwitchRouteInput {
  readonly site: Site;
  /** The site's Caddyfile, the same for all releases with the same routes. */
  readonly text: string;
  /** What the gateway reads at every request, by path: which container each copy is, and more. */
  readonly files: Readonly<Record<string, string>>;
  /** Where the gateway listens, inside its own container. */
  readonly port: number;
  /** What stands for HTTPS; left out, the site is plain HTTP. */
  readonly secure?: SecureSite;
  /** What the new copies have to answer before the switch. */
  readonly smoke: readonly SmokeCheck[];
  /** What users have to get after it. */
  readonly checks: readonly Expectation[];
  /** How long the checks have to hold after the switch, in seconds. */
  readonly watchSeconds: number;
  /** How long requests and web sockets may stay with the copies that the switch replaced, in seconds. */
  readonly drainSeconds: number;
}

/** How long to wait between two rounds of checks, in seconds. */
const intervalSeconds = 0.5;

/**
 * How long an answer may take after the switch, in seconds: shorter than the gateway looks for a copy that accepts a
 * request (8 s), so that those who wait are sent to the old copies in time.
 */
const answerSeconds = 3;

/**
 * Asking the new copies, switching and watching are one step: no switch without copies that have answered just before,
 * and when users would not get what they should, the old route is put back here.
 */
async function switchRoute(input: SwitchRouteInput): Promise<object> {
  const { site, text, files } = input;
  const release = releaseName(files);
  const [smoke, before] = await Promise.all([
    smokeCheck(input.smoke),
    readSite(site),
    input.secure?.certificates === "internal" && knowAuthority(site.gateway),
  ]);
  const gone = before?.containers.filter((container) => !Object.values(files).includes(container)) ?? [];
  const [restarts, goneAddresses] = await Promise.all([
    restartsOf(containersIn(files)),
    // Nobody waits for their connections where there is no time for it.
    addressesOf(input.drainSeconds === 0 ? [] : gone),
    writeRelease(site, release, files, before?.text !== text),
  ]);
  const switched = Date.now();
  try {
    await writeSite(site, { text, release }, before);
  } catch (error) {
    const back = await putBack(site, before);
    throw new StepFailure(`route: the gateway refuses the new route, ${back}: ${(error as Error).message}`);
  }
  const wrong = await watch(input, before?.text !== text, restarts);
  if (wrong !== undefined) {
    const { what, log = "" } = wrong;
    throw new StepFailure(`smoke: after the switch, ${what}; ${await putBack(site, before)}${log}`);
  }
  const [connectionsLeft] = await Promise.all([
    drain(site.gateway, goneAddresses, switched + input.drainSeconds * 1000),
    removeOtherReleases(site),
  ]);
  return {
    smoke,
    checks: input.checks.map(({ path }) => path),
    watchedSeconds: input.watchSeconds,
    ...(connectionsLeft > 0 && { connectionsLeft }),
  };
}

/** The containers that answer from now on. */
function containersIn(files: SwitchRouteInput["files"]): string[] {
  const named = Object.entries(files).filter(([path]) => path.includes("/"));
  return [...new Set(named.map(([, container]) => container))];
}

/** The same files are the same release, however often the step runs. */
function releaseName(files: SwitchRouteInput["files"]): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
}

/** Makes the route what it was, and says so. */
async function putBack(site: Site, before: SiteContent | undefined): Promise<string> {
  try {
    await writeSite(site, before, await readSite(site));
  } catch (error) {
    return `the old route could not be put back: ${(error as Error).message}`;
  }
  return before === undefined ? "there was no route before" : "the old route is back";
}

/** What users would not get, and what a copy had to say of it. */
interface Wrong {
  readonly what: string;
  readonly log?: string;
}

/** Repeats the checks until the time is up; gives back the first failure, undefined when there is none. */
async function watch(
  { site, port, secure, checks, watchSeconds }: SwitchRouteInput,
  isNew: boolean,
  restarts: Restarts,
): Promise<Wrong | undefined> {
  const target = { gateway: site.gateway, host: "127.0.0.1", port, ...(secure !== undefined && { secure }) };
  if (secure !== undefined && isNew) {
    const missing = await awaitCertificate(target, secure);
    if (missing !== undefined) return { what: missing };
  }
  const deadline = Date.now() + watchSeconds * 1000;
  for (;;) {
    const found = await Promise.all(checks.map((expected) => unmet(target, expected, answerSeconds)));
    const failure = found.find((one) => one !== undefined);
    if (failure !== undefined) return { what: failure };
    // The engine starts a copy again that died: users may get through meanwhile, and it will die again.
    const ended = endedSince(restarts, await restartsOf([...restarts.keys()]));
    if (ended !== undefined) {
      return { what: `${ended} ended`, log: `; its last log lines:\n${await lastLogLines(ended)}` };
    }
    const left = (deadline - Date.now()) / 1000;
    if (left <= 0) return undefined;
    await pause(Math.min(intervalSeconds, left));
  }
}

await runStep(switchRoute);
