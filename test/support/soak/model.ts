import type { Happening } from "./happenings.ts";

/** An event as GitHub tells it, with the pull request as it was. */
export interface Told {
  readonly action: "opened" | "synchronize" | "closed" | "reopened" | "labeled" | "unlabeled" | "edited";
  readonly number: number;
  readonly commit: string;
  /** True for one on another base. */
  readonly changesBase?: true;
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
  "change title": "edited",
} as const;

/** The label without which a pull request has no preview. */
export const label = "wanted";

/** What GitHub knows of the pull requests, and what should run of them: without a host, a run or a clock. */
export class Model {
  readonly pulls = new Map<number, ModelledPull>();
  private commits = 0;

  /** The branch of a pull request. */
  static branch(number: number): string {
    return `branch-${number}`;
  }

  /** Lets something happen on GitHub. Returns what GitHub tells of it: of those stacked on one that is merged, too. */
  happen(happening: Extract<Happening, { delivery: string }>): Told[] {
    const { what, number } = happening;
    const pull = this.pulls.get(number) ?? this.opened(happening);
    this.pulls.set(number, pull);
    if (what === "push") pull.commit = this.commit();
    if (what === "close") pull.state = "closed";
    if (what === "merge") pull.state = "merged";
    if (what === "reopen") pull.state = "open";
    // A fault needs a run that changes something.
    if (what === "label" || happening.fault !== undefined) pull.labels = [label];
    if (what === "unlabel") pull.labels = [];
    if (what === "change base") pull.base = pull.base === "main" ? "develop" : "main";
    const changesBase = what === "change base" ? ({ changesBase: true } as const) : {};
    const told: Told[] = [{ action: actions[what], number, commit: pull.commit, ...changesBase }];
    if (what !== "merge") return told;
    for (const [other, stacked] of this.pulls) {
      if (stacked.state !== "open" || stacked.base !== Model.branch(number)) continue;
      stacked.base = "main";
      told.push({ action: "edited", number: other, commit: stacked.commit, changesBase: true });
    }
    return told;
  }

  /**
   * Takes down that GitHub tells of a pull request. Whatever it tells, it only says that something happened: once all is
   * quiet, the preview is as the pull request was when the last event of it came.
   */
  told(number: number): void {
    const pull = this.pull(number);
    pull.runs = pull.state === "open" && pull.labels.includes(label) ? pull.commit : undefined;
  }

  /** Takes down that a job was disturbed: it may have done anything of what it does. */
  disturbed(number: number): void {
    this.pull(number).isUnsure = true;
  }

  /** The jobs that somebody runs again, because they were disturbed. */
  again(): Told[] {
    const all = [...this.pulls].filter(([, { isUnsure }]) => isUnsure);
    return all.map(([number, pull]) => {
      pull.isUnsure = false;
      return { action: pull.state === "open" ? "synchronize" : "closed", number, commit: pull.commit };
    });
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

  /** One that is opened; two of three are wanted from the first. */
  private opened({ number, on }: { readonly number: number; readonly on?: number }): ModelledPull {
    const base = on === undefined ? "main" : Model.branch(on);
    const labels = number % 3 === 0 ? [] : [label];
    return { state: "open", commit: this.commit(), base, labels, runs: undefined, isUnsure: false };
  }

  private commit(): string {
    return (++this.commits).toString(16).padStart(8, "0").padEnd(40, "0");
  }

  private pull(number: number): ModelledPull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw new Error(`there is no pull request ${number}`);
    return pull;
  }
}
