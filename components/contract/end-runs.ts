/** The runs that have to end before what they use is removed. */
export interface EndRunsInput {
  readonly labels: Readonly<Record<string, string>>;
  /** The time that each may take to end, in seconds. */
  readonly graceSeconds: number;
}
