/** What the health gate waits for. */
export interface HealthGateInput {
  /** What people call it: `services.api`, `postgres`. */
  readonly subject: string;
  readonly container: string;
  /** Left out, the copy has to run for `settleSeconds` without a restart. */
  readonly probe?: HttpProbe | CommandProbe;
  readonly timeoutSeconds: number;
  /** How many processes and threads it may have. */
  readonly pids?: number;
}

/** Healthy is an answer with a 2xx or 3xx status. */
export interface HttpProbe {
  readonly path: string;
  readonly port: number;
  readonly gateway: string;
  /** What the request says besides: as the gateway will ask. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Healthy is exit code 0 of a command where the copy runs. */
export interface CommandProbe {
  readonly command: readonly string[];
}
