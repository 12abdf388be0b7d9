import type { Site, SwitchRouteInput } from "../../components/contract/switch-route.ts";
import { releaseName } from "../../components/gateway/served-site.ts";
import { HandOvers } from "../copies/hand-overs.ts";
import { checkRun } from "../lineage.ts";
import type { Target } from "../../components/contract/target.ts";
import { knowAuthority, request } from "../machine/http.ts";
import { endedSince, type Machine, type Restarts } from "../machine/machine.ts";
import { pause, runStep, StepFailure } from "../program.ts";
import { awaitCertificate } from "../route/certificate.ts";
import { addressesOf, drain } from "../route/drain.ts";
import { routeTarget, unmet } from "../route/expectation.ts";
import { asVisitor, ListedRun, type Ask } from "../route/listed-run.ts";
import { readSite, removeOtherReleases, writeRelease, writeSite, type ServedSite } from "../route/site.ts";
import { smokeCheck } from "../route/smoke-check.ts";

/** The time between two rounds of checks, in seconds. */
const intervalSeconds = 0.5;

/**
 * The patience with an answer after the switch. Twice, for on a busy host the process that asks may be slow to start, and
 * the gateway closes a connection unanswered that is new when it takes another configuration over: another environment's,
 * perhaps. No good release is taken back for that. Both together are shorter than the gateway looks for a copy that
 * accepts a request (8 s), so that those who wait are sent to the old copies in time.
 */
const patience = { timeoutSeconds: 3, tries: 2 };

/**
 * Asking the new copies, switching and watching are one step: no switch without copies that have answered just before,
 * and when users would not get what they should, the old route is put back here.
 */
async function switchRoute(input: SwitchRouteInput, machine: Machine): Promise<object> {
  const { site, text, files } = input;
  const release = releaseName(files);
  const asking = (): Promise<{ passed: string[] }> => smokeCheck(machine, input.smoke, input.listed);
  const [early, before] = await Promise.all([
    input.handOvers?.beforeSmoke === true ? undefined : asking(),
    readSite(machine, site),
    [input.secure, ...(input.further ?? [])].some((site) => site?.certificates === "internal") &&
      knowAuthority(machine, site.gateway),
  ]);
  const handOvers = new HandOvers(machine, before?.copies ?? []);
  const smoke = await orHandBack(handOvers, async () => {
    await handOvers.make(input.handOvers?.copies ?? []);
    return early ?? (await asking());
  });
  const isNew = before?.text !== text || !before.loaded;
  const gone = before?.copies.filter((copy) => !Object.values(files).includes(copy)) ?? [];
  const [restarts, goneAddresses] = await orHandBack(handOvers, () =>
    Promise.all([
      machine.restarts([...new Set([...copiesIn(files), ...input.copies])]),
      // Nobody waits for their connections where there is no time for it.
      addressesOf(machine, input.drainSeconds === 0 ? [] : gone),
      writeRelease(machine, site, release, { files, keepCurrent: isNew }),
    ]),
  );
  const switched = Date.now();
  const orPutBack = undoing(machine, site, before, handOvers);
  await orPutBack(
    writeSite(machine, site, { text, release }, before),
    (said, back) => `route: the gateway refuses the new route, ${back}: ${said}`,
  );
  await orPutBack(
    watch(machine, input, { isNew, restarts }),
    (said, back) => `smoke: after the switch, ${said}; ${back}`,
  );
  const connectionsLeft = await orPutBack(
    drain(machine, site.gateway, goneAddresses, switched + input.drainSeconds * 1000),
    (said, back) => `route: the replaced copies cannot be drained, ${said}; ${back}`,
  );
  // Only now, for until here the old route may be needed; what stays goes with the next switch.
  await removeOtherReleases(machine, site).catch(() => undefined);
  return {
    smoke,
    checks: input.checks.map(({ path }) => path),
    watchedSeconds: input.watchSeconds,
    ...(connectionsLeft > 0 && { connectionsLeft }),
    ...handOvers.receipt,
  };
}

/** The copies that answer from now on. */
function copiesIn(files: SwitchRouteInput["files"]): string[] {
  const named = Object.entries(files).filter(([path]) => path.includes("/"));
  return [...new Set(named.map(([, copy]) => copy))];
}

/** Does what comes before the switch, when copies may have taken over already: whatever fails gives them back. */
async function orHandBack<T>(handOvers: HandOvers, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const back = await handOvers.undo();
    if (back.length === 0) throw error;
    throw new StepFailure([(error as Error).message, ...back].join("\n"));
  }
}

/** Does what comes after the switch; whatever fails there puts the old route back, because the state will name that one. */
function undoing(machine: Machine, site: Site, before: ServedSite | undefined, handOvers: HandOvers) {
  return async <T>(work: Promise<T>, inWords: (said: string, back: string) => string): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { message, log = "" } = error as Error & Partial<NotServed>;
      // Most users first: a copy may take its time to end.
      const back = [await putBack(machine, site, before), ...(await handOvers.undo())].join(", ");
      throw new StepFailure(inWords(message, back) + log);
    }
  };
}

/** Makes the route what it was, and reports the result. */
async function putBack(machine: Machine, site: Site, before: ServedSite | undefined): Promise<string> {
  try {
    await writeSite(machine, site, before, await readSite(machine, site));
  } catch (error) {
    return `the old route could not be put back, users may get the new release until the next up: ${(error as Error).message}`;
  }
  return before === undefined ? "there was no route before" : "the old route is back";
}

/** Users do not get what they should; `log` is the log of a copy. */
class NotServed extends StepFailure {
  readonly log: string;

  constructor(message: string, log = "") {
    super(message);
    this.log = log;
  }
}

/**
 * Asks what users get, and looks whether a copy ended, again and again until the time is up: beside each other, for an answer
 * may be waited for until long after the copy that owes it has died. Throws a NotServed at the first that is wrong.
 */
async function watch(
  machine: Machine,
  input: SwitchRouteInput,
  { isNew, restarts }: { isNew: boolean; restarts: Restarts },
): Promise<void> {
  const { secure, further = [], checks, watchSeconds } = input;
  const target = routeTarget(input);
  if (secure !== undefined && isNew) {
    const missing = await Promise.all(
      [secure, ...further].map((site) => awaitCertificate(machine, { ...target, secure: site }, site)),
    );
    const told = missing.filter((one) => one !== undefined);
    if (told.length > 0) throw new NotServed(told.join("; "));
  }
  const served = async (): Promise<void> => {
    const found = await Promise.all(checks.map((expected) => unmet(machine, target, expected, patience)));
    const failure = found.find((one) => one !== undefined);
    if (failure !== undefined) throw new NotServed(failure);
  };
  const alive = async (): Promise<void> => {
    // A copy that died is started again: users may get through meanwhile, and it will die again.
    const ended = endedSince(restarts, await machine.restarts([...restarts.keys()]));
    if (ended !== undefined) {
      throw new NotServed(`${ended} ended`, `; its last log lines:\n${await machine.log(ended)}`);
    }
  };
  const deadline = Date.now() + watchSeconds * 1000;
  let failed = false;
  const repeat = async (look: () => Promise<void>): Promise<void> => {
    for (let left = watchSeconds; !failed; left = (deadline - Date.now()) / 1000) {
      checkRun();
      await look();
      if (left <= 0) return;
      await pause(Math.min(intervalSeconds, left));
    }
  };
  const ending = new AbortController();
  try {
    await Promise.all([repeat(served), repeat(alive), afterwards(machine, input, target, ending.signal)]);
  } finally {
    failed = true;
    ending.abort();
  }
}

/** Asks once, as users do, what is not asked again and again. Throws a NotServed at the first check that does not pass. */
async function afterwards(
  machine: Machine,
  { listed }: SwitchRouteInput,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  if (listed === undefined || listed.afterwards.length === 0) return;
  for (const { authorization, cookie, ...headers } of listed.visitors) {
    const run = new ListedRun(machine, listed, signal);
    const ask: Ask = (asked) =>
      request(machine, target, { ...asked, headers: asVisitor(asked.headers, headers, cookie) });
    if (authorization !== undefined) await run.admit(authorization, ask);
    for (const check of listed.afterwards) {
      checkRun();
      const unmet = await run.unmet(check, ask);
      if (unmet !== undefined) throw new NotServed(unmet.words, unmet.log);
    }
  }
}

await runStep(switchRoute);
