import type { EnvironmentFacts } from "../stack/facts.ts";
import type { ForkFacts } from "./fork-facts.ts";
import type { StackPlan } from "../plan/stack-plan.ts";

/** Everything that the comment on a pull request says. */
export interface CommentFacts {
  /** The project's name: several projects may comment on one pull request. */
  readonly project: string;
  readonly pullRequest: number;
  /** The time at which it is written, as ISO 8601 in UTC: ages count to it. */
  readonly at: string;
  /** Left out where the pull request gets no preview. */
  readonly preview?: PreviewFacts;
  /** What merging does, by stack: staging, production. */
  readonly merging: readonly StackPlan[];
  /** What can be said of a fork's pull request, whose code nobody runs to plan; left out for a branch of the repository. */
  readonly fork?: ForkFacts;
  /** The checks of the preview. */
  readonly checks?: readonly CheckFacts[];
  /** The address of the whole text, for a comment that had to be cut. */
  readonly wholeText?: string;
  /** The values that must not be shown, wherever they turn up. */
  readonly secretValues?: readonly string[];
}

/** The states of a preview. */
export type PreviewState = "deploying" | "running" | "failed" | "asleep" | "waiting" | "closed";

/** The preview of a pull request. */
export interface PreviewFacts extends Pick<EnvironmentFacts, "stack" | "address"> {
  readonly state: PreviewState;
  /** The commit that runs, or that is deployed. */
  readonly commit?: string;
  /** The time since which it is in this state, as ISO 8601 in UTC. */
  readonly since?: string;
  /** The reason for its state, or what comes next: `the host is full; 2 are before it`. */
  readonly words?: string;
  /** The last log lines of what failed. */
  readonly log?: string;
}

/** A check of the preview. */
export interface CheckFacts {
  readonly name: string;
  readonly passed: boolean;
  /** The time that it took, or why it failed. */
  readonly words?: string;
  /** The last log lines of one that failed. */
  readonly log?: string;
  /** The address of its picture. */
  readonly picture?: string;
  /** The address of its report. */
  readonly address?: string;
}
