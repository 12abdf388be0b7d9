import { GithubError } from "../../components/github/client.ts";
import { defined } from "../../components/input/defined.ts";
import { UserError } from "../../components/input/user-error.ts";
import { StateLocked } from "../problem.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { endingSoon, planSweep, type Decision, type Ending, type Facts } from "./plan.ts";
import { kindNames, type Kind, type KindName, type Thing } from "./thing.ts";

/** What became of one thing. */
export interface SweptThing extends Omit<Decision, "thing"> {
  readonly kind: Thing["kind"];
  readonly name: string;
  readonly place: string;
  readonly preview: string;
  /**
   * `kept`; `removed`; `gone`: with something else, or by somebody else; `spared`: its preview is wanted again, or what
   * had to go first did not; `failed`, with its problem. Left out where nothing was to be done.
   */
  readonly result?: "kept" | "removed" | "gone" | "spared" | "failed";
  readonly problem?: string;
}

/** The result of `towpath sweep`. */
export interface Swept {
  readonly dryRun: boolean;
  readonly things: readonly SweptThing[];
  /** What could not be looked at. */
  readonly problems: readonly string[];
  /** The previews of open pull requests that end within a day unless somebody uses them. */
  readonly ending: readonly Ending[];
}

/** What a sweep compares with. */
export interface Wanted {
  /** The facts about the previews that own these things. */
  facts(things: readonly Thing[]): Promise<Facts>;
}

/** Tells whether everything was looked at, and went where it had to. */
export function isSwept({ things, problems }: Swept): boolean {
  return problems.length === 0 && things.every(({ result }) => result !== "failed");
}

/**
 * Removes what is left of previews that nobody wants any more.
 *
 * Before each removal it looks again: at the kind of things, at the pull request, and whether a run has begun meanwhile.
 * What cannot be looked at or removed is a problem, and the rest goes on.
 */
export async function sweep(
  kinds: readonly Kind[],
  wanted: Wanted,
  { dryRun }: { readonly dryRun: boolean },
  progress: Progress,
): Promise<Swept> {
  const problems: string[] = [];
  const listed = await asStep(progress, "looking for what previews left", () => listAll(kinds, problems));
  const { maxAgeDays, ...facts } = await wanted.facts(listed);
  // Where something could not be looked at, nobody knows what was used.
  const ages = problems.length > 0 ? {} : defined({ maxAgeDays });
  const known = { ...facts, ...ages };
  const decisions = planSweep(listed, known);
  const ending = endingSoon(decisions, known);
  if (dryRun) return { dryRun, things: decisions.map((one) => told(one)), problems, ending };
  const things = await new Removal(kinds, wanted, progress).all(decisions);
  return { dryRun, things, problems, ending };
}

/** The kinds of things that are not removed while something else of their preview is still there. */
const last: ReadonlySet<KindName> = new Set([
  ...(["container", "site", "database", "volume", "network", "comment"] as const),
]);

/** The removal of what a plan says, one thing after the other. */
class Removal {
  private readonly kinds: readonly Kind[];
  private readonly wanted: Wanted;
  private readonly progress: Progress;
  /** The previews that are wanted again, or that a run has begun to make. */
  private readonly wantedAgain = new Set<string>();
  /** The previews of which something could not be removed. */
  private readonly stuck = new Set<string>();

  constructor(kinds: readonly Kind[], wanted: Wanted, progress: Progress) {
    this.kinds = kinds;
    this.wanted = wanted;
    this.progress = progress;
  }

  async all(decisions: readonly Decision[]): Promise<SweptThing[]> {
    const done = decisions.filter(({ action }) => action === "keep").map((one) => told(one, "kept"));
    for (const name of kindNames) {
      for (const kind of this.kinds.filter((one) => one.name === name)) {
        const planned = decisions.filter(
          ({ action, thing }) => action === "remove" && thing.kind === name && thing.place === kind.place,
        );
        if (planned.length > 0) done.push(...(await this.ofKind(kind, planned)));
      }
      if (name === "stack") await this.spareWhatBegan();
    }
    return done;
  }

  private async ofKind(kind: Kind, planned: readonly Decision[]): Promise<SweptThing[]> {
    const step = this.progress.step(`removing what is left: ${kind.name} on ${kind.place}`);
    const done: SweptThing[] = [];
    try {
      const there = await kind.list();
      for (const decision of planned) {
        const { thing } = decision;
        step.detail(thing.name);
        const now = there.find(({ name, id }) => name === thing.name && id === thing.id);
        done.push(now === undefined ? told(decision, "gone") : await this.one(kind, decision, now));
      }
      step.done();
    } catch (error) {
      step.failed();
      done.push(...planned.slice(done.length).map((one) => this.failed(one, error)));
    }
    return done;
  }

  /** Removes one thing, after another look at whether its preview is wanted. */
  private async one(kind: Kind, decision: Decision, now: Thing): Promise<SweptThing> {
    const { preview } = now;
    if (this.wantedAgain.has(preview)) return told(decision, "spared");
    if (this.stuck.has(preview) && last.has(kind.name)) return told(decision, "spared");
    try {
      const [active] = [now.active, decision.thing.active]
        .filter((time) => time !== undefined)
        .sort()
        .reverse();
      const thing: Thing = { ...decision.thing, ...now, owner: "own", ...defined({ active }) };
      const [again] = planSweep([thing], await this.wanted.facts([thing]));
      if (again?.action === "remove") return told(decision, (await kind.remove(now)) ? "removed" : "gone");
      this.wantedAgain.add(preview);
      return told(decision, "spared");
    } catch (error) {
      if (!(error instanceof StateLocked)) return this.failed(decision, error);
      // A run is at work: it asks GitHub by itself, and the next sweep looks at what it leaves.
      this.wantedAgain.add(preview);
      return told(decision, "spared", error.message);
    }
  }

  private failed(decision: Decision, error: unknown): SweptThing {
    const { kind, preview } = decision.thing;
    // A workflow's own token may remove deployments, and no environments, which are empty then.
    if (kind === "environment" && error instanceof GithubError && error.status === 403)
      return told(decision, "spared", error.message);
    this.stuck.add(preview);
    return told(decision, "failed", problemOf(error));
  }

  /** Spares previews that have a stack by now: a run has begun. Those whose stack would not go are stuck anyway. */
  private async spareWhatBegan(): Promise<void> {
    for (const kind of this.kinds.filter(({ name }) => name === "stack")) {
      for (const { preview } of await kind.list()) {
        if (!this.stuck.has(preview)) this.wantedAgain.add(preview);
      }
    }
  }
}

/** Everything of these kinds; what cannot be listed is a problem. */
async function listAll(kinds: readonly Kind[], problems: string[]): Promise<Thing[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return await kind.list();
      } catch (error) {
        problems.push(problemOf(error));
        return [];
      }
    }),
  );
  return lists.flat();
}

/** Returns the words of a problem that a person can solve. Throws every other one. */
function problemOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  throw error;
}

function told(
  { thing, action, reason }: Decision,
  result?: SweptThing["result"],
  problem?: string,
): SweptThing {
  const { kind, name, place, preview } = thing;
  return { kind, name, place, preview, action, reason, ...defined({ result, problem }) };
}
