import { defined } from "../../components/input/defined.ts";
import { kindNames, type KindName, type Thing } from "./thing.ts";

/** What became of a pull request. */
export type PullRequestState = "open" | "closed" | "merged";

/** The facts that decide what stays. */
export interface Facts {
  /** The pull requests that are open, and what became of the others that own something; one that is missing is unknown. */
  readonly pullRequests: ReadonlyMap<number, PullRequestState>;
  /** The previews, by their namespaces, of all branches that exist. */
  readonly ofBranches: ReadonlySet<string>;
  /** Tells whether a namespace is that of a branch's preview. */
  readonly isOfBranch: (preview: string) => boolean;
  /** The time after which a preview that nobody uses is removed, in days; for ever when it is left out. */
  readonly maxAgeDays?: number;
  readonly now: Date;
}

/** The reason why a thing stays or goes. */
export type Reason =
  | "open"
  | "branch exists"
  | "closed"
  | "merged"
  | "branch deleted"
  | "too old"
  | "in use"
  | "unused"
  | "another's"
  | "unmarked"
  | "unknown pull request";

/** What happens to one thing, and why. */
export interface Decision {
  readonly thing: Thing;
  readonly action: "keep" | "remove";
  readonly reason: Reason;
}

const day = 24 * 3600 * 1000;

/** Decides what happens to each thing: the removals in the order in which they are safe. */
export function planSweep(things: readonly Thing[], facts: Facts): Decision[] {
  const owners = ownersOf(things);
  const active = activityOf(things);
  const numbers = numbersOf(things);
  return things
    .map((one): Decision => {
      // What anything of a preview knows, the decision on each thing of it knows.
      const { preview } = one;
      const thing = {
        ...one,
        ...(preview !== "" && defined({ active: active.get(preview), pullRequest: numbers.get(preview) })),
      };
      const owner = thing.owner ?? owners.get(thing.preview) ?? (thing.idle === true ? "own" : undefined);
      if (thing.kind === "image") return imageDecision(thing, facts);
      if (owner === "another") return { thing, action: "keep", reason: "another's" };
      const reason = reasonOf(thing, facts);
      if (!removing.has(reason)) return { thing, action: "keep", reason };
      if (owner === undefined) return { thing, action: "keep", reason: "unmarked" };
      return { thing, action: "remove", reason };
    })
    .sort(inOrder);
}

/**
 * Decides on an image on a host. One that was built within a day stays: it may have been pulled for a release that is under
 * way.
 */
function imageDecision(thing: Thing, { now }: Facts): Decision {
  const isNew = thing.active === undefined || Date.parse(thing.active) + day > now.getTime();
  if (isNew || thing.idle !== true) return { thing, action: "keep", reason: "in use" };
  return { thing, action: "remove", reason: "unused" };
}

/** The kinds of things that share a namespace, which belongs to one state alone. */
const inNamespace: ReadonlySet<KindName> = new Set(["stack", "container", "volume", "network"]);

/** The reasons for which a thing goes. */
const removing: ReadonlySet<Reason> = new Set(["closed", "merged", "branch deleted", "too old"]);

/** Returns why a preview stays or goes. */
function reasonOf({ preview, pullRequest, active }: Thing, facts: Facts): Reason {
  const state = pullRequest === undefined ? undefined : facts.pullRequests.get(pullRequest);
  if (state === "closed" || state === "merged") return state;
  const isOfBranch = pullRequest === undefined && facts.isOfBranch(preview);
  if (isOfBranch && !facts.ofBranches.has(preview)) return "branch deleted";
  if (state === undefined && !isOfBranch) return "unknown pull request";
  const end = active === undefined ? undefined : endOf(Date.parse(active), facts.maxAgeDays);
  if (end !== undefined && end <= facts.now.getTime()) return "too old";
  return isOfBranch ? "branch exists" : "open";
}

/** The time at which a preview is removed unless somebody uses it, in milliseconds since 1970; undefined without a limit. */
function endOf(active: number, maxAgeDays: number | undefined): number | undefined {
  return maxAgeDays === undefined ? undefined : active + maxAgeDays * day;
}

/** A pull request's preview that is removed unless somebody uses it. */
export interface Ending {
  readonly pullRequest: number;
  readonly end: Date;
}

/** Returns the pull requests whose people have to be warned: less than a day is left of a preview that stays so far. */
export function endingSoon(decisions: readonly Decision[], { maxAgeDays, now }: Facts): Ending[] {
  const soon = new Map<number, Ending>();
  for (const { thing, action, reason } of decisions) {
    const { kind, pullRequest, active } = thing;
    if (kind !== "stack" || action !== "keep" || reason !== "open") continue;
    const end = active === undefined ? undefined : endOf(Date.parse(active), maxAgeDays);
    if (pullRequest === undefined || end === undefined || end - day > now.getTime()) continue;
    soon.set(pullRequest, { pullRequest, end: new Date(end) });
  }
  return [...soon.values()];
}

/**
 * Returns the owner of each preview's namespace, for the things in it that do not name theirs: a copy or a step's own
 * container. What says of itself that it is another's makes the rest suspicious.
 */
function ownersOf(things: readonly Thing[]): Map<string, "own" | "another"> {
  const owners = new Map<string, "own" | "another">();
  for (const { kind, preview, owner } of things) {
    if (owner === undefined || !inNamespace.has(kind)) continue;
    if (owners.get(preview) !== "another") owners.set(preview, owner);
  }
  return owners;
}

/** Returns the pull requests of previews, where anything of them knows it: a stack's name is never cut. */
function numbersOf(things: readonly Thing[]): Map<string, number> {
  return new Map(
    things.flatMap(({ preview, pullRequest }) => (pullRequest === undefined ? [] : [[preview, pullRequest]])),
  );
}

/** Returns the time of each preview's last activity. */
function activityOf(things: readonly Thing[]): Map<string, string> {
  const times = new Map<string, string>();
  for (const { preview, active } of things) {
    const last = times.get(preview);
    if (active === undefined || (last !== undefined && Date.parse(active) < Date.parse(last))) continue;
    times.set(preview, active);
  }
  return times;
}

function inOrder(one: Decision, other: Decision): number {
  return (
    kindNames.indexOf(one.thing.kind) - kindNames.indexOf(other.thing.kind) ||
    one.thing.preview.localeCompare(other.thing.preview, "en", { numeric: true }) ||
    one.thing.name.localeCompare(other.thing.name, "en")
  );
}
