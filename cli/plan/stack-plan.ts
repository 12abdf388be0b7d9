import type { PlanFacts } from "../../components/environment/plan-facts.ts";
import type { Difference } from "../drift/resources.ts";

/** Everything that an `up` of a stack would do, for those who decide about it. */
export interface StackPlan {
  readonly stack: string;
  /** The time at which it was made, as ISO 8601 in UTC. */
  readonly at: string;
  /** The reason that nothing could be planned, with the log's last lines; left out where it could. */
  readonly problem?: { readonly words: string; readonly log?: string };
  /** The facts that the program knows; left out where there is a problem. */
  readonly facts?: PlanFacts;
  /** The warnings of the program, such as of secrets that are due for a new value. */
  readonly warnings: readonly string[];
  readonly resources: readonly ResourceChange[];
  /** The differences from what the last `up` left; left out where nobody looked. */
  readonly drift?: readonly Difference[];
}

/** A resource that would not stay as it is. */
export interface ResourceChange {
  readonly change: "create" | "update" | "replace" | "delete";
  /** Its type, as Pulumi calls it: `docker:index/container:Container`. */
  readonly type: string;
  /** Its part of the environment: `api`. */
  readonly part: string;
  /** The inputs that differ, by their paths. */
  readonly fields: readonly string[];
  /** True when the old one is gone before the new one is there. */
  readonly deletesFirst?: boolean;
}
