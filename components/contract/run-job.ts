/** One run of a job, like a copy of its service. */
export interface RunJobInput {
  readonly job: string;
  /** The copy that runs there: the job has its image, connections, secrets, rights and limits. */
  readonly like: string;
  /** The name of the container: a job runs once at a time. */
  readonly name: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The copy's variables that hold no secret. */
  readonly plainVariables: readonly string[];
  /** The file that gets all that the job prints, from the project's folder. */
  readonly logFile: string;
}

/** What is told of a run that went well. */
export interface RunJobReceipt {
  /** The last lines that it printed, each marked. */
  readonly log: string;
  readonly seconds: number;
}
