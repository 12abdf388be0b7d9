import { numbersOf } from "../../run/shuffle.ts";

/** What people do with a pull request. */
export type Deed =
  "open" | "push" | "close" | "merge" | "reopen" | "label" | "unlabel" | "change base" | "change title";

/**
 * How GitHub's event of it comes: `twice` one after the other, `at once` in two jobs that nothing keeps apart; `late` ones
 * come after the next event of the pull request, or when everything settles.
 */
export type Delivery = "once" | "twice" | "at once" | "late" | "lost";

/** What goes wrong in the middle of the run that an event starts. */
export type Fault = "kill" | "reboot" | "full disk";

/** One thing that happens. */
export type Happening =
  | {
      readonly what: Deed;
      readonly number: number;
      readonly delivery: Delivery;
      readonly fault?: Fault;
      /** True when it does not wait for the job of what happened to the pull request before. */
      readonly soon?: true;
      /** The pull request whose branch it is stacked on. */
      readonly on?: number;
    }
  /** Somebody loses the state of a preview whose pull request is closed. */
  | { readonly what: "lose state"; readonly number: number }
  /** The hour strikes, whatever else is under way. */
  | { readonly what: "sweep" }
  /** Everything comes to rest, and is looked at. */
  | { readonly what: "settle" };

/** How much happens at a time. */
export interface Shares {
  /** The most pull requests that are open at a time. */
  readonly open: number;
  /** The number of events between two looks at everything. */
  readonly settleAfter: number;
  /** The number of events, from the first on, in which each fault comes once. */
  readonly faultsIn: number;
}

const deliveries: readonly Delivery[] = [
  ...(["once", "once", "once", "once", "twice", "at once", "late", "lost", "lost"] as const),
];
const faults: readonly Fault[] = ["kill", "reboot", "full disk"];
/** What can happen to one that is open. */
const toOpen: readonly Deed[] = [
  ...(["push", "push", "close", "merge", "label", "unlabel", "change base", "change title"] as const),
];

/**
 * Draws what happens, always the same for a seed: `count` events; half-way between two looks at everything a sweep; and a
 * look after some of them and at the end. Only what can happen does: nobody reopens what is merged.
 */
export function happenings(seed: number, count: number, shares: Shares): Happening[] {
  const next = numbersOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const open = new Set<number>();
  const closed = new Set<number>();
  const drawn: Happening[] = [];
  let last = 0;
  const one = (faulty: Fault | undefined): Happening => {
    const deeds: Deed[] = [];
    if (open.size < shares.open) deeds.push("open", ...(closed.size > 0 ? (["reopen"] as const) : []));
    if (open.size > 0) deeds.push(...toOpen);
    const what = faulty !== undefined && open.size > 0 ? "push" : pick(deeds);
    const number = what === "open" ? ++last : pick([...(what === "reopen" ? closed : open)]);
    const others = [...open].filter((other) => other !== number);
    const on = what === "open" && others.length > 0 && next() < 0.3 ? { on: pick(others) } : {};
    if (what === "close" || what === "merge") open.delete(number);
    else open.add(number);
    closed.delete(number);
    if (what === "close") closed.add(number);
    const fault = faulty !== undefined && (what === "push" || what === "open") ? { fault: faulty } : {};
    if (faulty !== undefined) return { what, number, delivery: "once", ...fault, ...on };
    const soon = next() < 0.3 ? ({ soon: true } as const) : {};
    return { what, number, delivery: pick(deliveries), ...soon, ...on };
  };
  for (let events = 1; events <= count; events++) {
    const turn = Math.floor(((events % shares.faultsIn) * (faults.length + 1)) / shares.faultsIn);
    const before = Math.floor((((events - 1) % shares.faultsIn) * (faults.length + 1)) / shares.faultsIn);
    drawn.push(one(turn > before ? faults[turn - 1] : undefined));
    if (events % shares.settleAfter === Math.floor(shares.settleAfter / 2)) drawn.push({ what: "sweep" });
    if (events % shares.settleAfter !== 0 && events !== count) continue;
    const left = leftOpen(drawn);
    if (left.length > 0) drawn.push({ what: "lose state", number: pick(left) });
    drawn.push({ what: "settle" });
  }
  return drawn;
}

/** The closed pull requests of whose end nobody was told since the last look: their previews may still be there. */
function leftOpen(drawn: readonly Happening[]): number[] {
  const left = new Set<number>();
  for (const happening of drawn) {
    if (happening.what === "settle") left.clear();
    else if (happening.what === "lose state" || happening.what === "sweep") continue;
    else if (happening.what === "close" && happening.delivery === "lost") left.add(happening.number);
    else left.delete(happening.number);
  }
  return [...left];
}
