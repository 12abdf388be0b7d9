/** The input of the health gate. */
export interface HealthGateInput {
  /** The name that people use: `services.api`, `postgres`. */
  readonly subject: string;
  readonly container: string;
  /** Left out, the copy has to run for `settleSeconds` without a restart. */
  readonly probe?: HttpProbe | CommandProbe;
  readonly timeoutSeconds: number;
  /** The number of processes and threads that it may have. */
  readonly pids?: number;
  /**
   * The labels of all copies of its service, where never two of them may run. It is started here unless another one runs:
   * then the switch starts it, once that one has ended.
   */
  readonly onlyOneOf?: Labels;
}

/** A copy that takes over from those of its service that run, which end before it starts. */
export interface HandOver extends HealthGateInput {
  readonly onlyOneOf: Labels;
  /** The time that they may take to end, in seconds. */
  readonly graceSeconds: number;
}

type Labels = Readonly<Record<string, string>>;

/** Healthy is an answer with a 2xx or 3xx status. */
export interface HttpProbe {
  readonly path: string;
  readonly port: number;
  readonly gateway: string;
  /** The headers of the request: as the gateway will ask. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Healthy is exit code 0 of a command where the copy runs. */
export interface CommandProbe {
  readonly command: readonly string[];
}
