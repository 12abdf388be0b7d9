import type { Target } from "./target.ts";

/** The buckets that have to be there. */
export interface CreateBucketsInput {
  readonly target: Target;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly buckets: readonly string[];
}
