import type { Happening } from "./happenings.ts";

/** An event as GitHub tells it, with the pull request as it was. */
export interface Told {
  readonly action: "opened" | "synchronize" | "closed" | "reopened" | "labeled" | "unlabeled" | "edited";
  readonly number: number;
  readonly commit: string;
}

/** A pull request, and what should run of it. */
export interface ModelledPull {
  state: "open" | "closed" | "merged";
  commit: string;
  base: string;
  labels: string[];
  /** The commit that its preview runs; undefined where it has none. */
  runs: string | undefined;
  /** True after a run that was disturbed: nobody knows what runs, until its job is run again. */
  isUnsure: boolean;
}

const actions = {
  open: "opened",
  push: "synchronize",
  close: "closed",
  merge: "closed",
  reopen: "reopened",
  label: "labeled",
  unlabel: "unlabeled",
  "change base": "edited",
} as const;

const pushes: ReadonlySet<string> = new Set(["opened", "synchronize", "reopened"]);

/** What GitHub knows of the pull requests, and what should run of them: without a host, a run or a clock. */
export class Model {
  readonly pulls = new Map<number, ModelledPull>();
  private commits = 0;

  /** The branch of a pull request. */
  static branch(number: number): string {
    return `branch-${number}`;
  }

  /** Lets something happen on GitHub. Returns what GitHub tells of it: of those stacked on one that is merged, too. */
  happen(happening: Extract<Happening, { number: number }>): Told[] {
    if (happening.what === "lose state") return [];
    const { what, number } = happening;
    const pull = this.pulls.get(number) ?? this.opened(happening.on);
    this.pulls.set(number, pull);
    if (what === "push") pull.commit = this.commit();
    if (what === "close") pull.state = "closed";
    if (what === "merge") pull.state = "merged";
    if (what === "reopen") pull.state = "open";
    if (what === "label") pull.labels = ["wanted"];
    if (what === "unlabel") pull.labels = [];
    if (what === "change base") pull.base = pull.base === "main" ? "develop" : "main";
    const told: Told[] = [{ action: actions[what], number, commit: pull.commit }];
    if (what !== "merge") return told;
    for (const [other, stacked] of this.pulls) {
      if (stacked.state !== "open" || stacked.base !== Model.branch(number)) continue;
      stacked.base = "main";
      told.push({ action: "edited", number: other, commit: stacked.commit });
    }
    return told;
  }

  /** Takes down what a run does that an event starts, once it ends. `isDisturbed` ones may have done anything of it. */
  ran({ action, number, commit }: Told, isDisturbed = false): void {
    const pull = this.pull(number);
    if (isDisturbed) pull.isUnsure = true;
    else if (pull.state !== "open") pull.runs = undefined;
    else if (action !== "closed" && (!pushes.has(action) || commit === pull.commit)) pull.runs = pull.commit;
  }

  /** The jobs that have to be run again before anybody knows what should run. */
  unsure(): Told[] {
    const all = [...this.pulls].filter(([, { isUnsure }]) => isUnsure);
    return all.map(([number, { state, commit }]) => ({
      action: state === "open" ? "synchronize" : "closed",
      number,
      commit,
    }));
  }

  /** Takes down that a job was run again. */
  ranAgain(told: Told): void {
    this.pull(told.number).isUnsure = false;
    this.ran(told);
  }

  /** Takes down a sweep. */
  swept(): void {
    for (const pull of this.pulls.values()) if (pull.state !== "open") pull.runs = undefined;
  }

  /** The commits that should run, by the numbers of their pull requests. */
  running(): Map<number, string> {
    return new Map(
      [...this.pulls].flatMap(([number, { runs }]) => (runs === undefined ? [] : [[number, runs]])),
    );
  }

  private opened(on: number | undefined): ModelledPull {
    const base = on === undefined ? "main" : Model.branch(on);
    return { state: "open", commit: this.commit(), base, labels: [], runs: undefined, isUnsure: false };
  }

  private commit(): string {
    return (++this.commits).toString(16).padStart(40, "0");
  }

  private pull(number: number): ModelledPull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw new Error(`there is no pull request ${number}`);
    return pull;
  }
}
