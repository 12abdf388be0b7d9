import type { PlannedMigration } from "../../components/environment/plan-facts.ts";

/** What can be said of a fork's pull request without secrets, and without running its code where there are any. */
export interface ForkFacts {
  /** Its newest commit. */
  readonly commit: string;
  /** True once a maintainer has released that commit for a preview. */
  readonly isReleased: boolean;
  /** The label that releases it. */
  readonly label: string;
  /** The number of files that it changes. */
  readonly files: number;
  /** The settings that it changes, by stack. */
  readonly settings: readonly ForkSettings[];
  /** The files that it changes of what makes a release: the program, its packages, the workflows. */
  readonly program: readonly string[];
  /** Left out for an application without migrations. */
  readonly migration?: PlannedMigration;
}

/** The settings of a stack that a fork changes. */
export interface ForkSettings {
  readonly stack: string;
  /** Left out where its file cannot be read. */
  readonly names?: readonly string[];
}
