import { exitCode } from "../problem.ts";

/** The reaction to a person's request to stop. */
type Handler = (signal: NodeJS.Signals) => void;

const handlers: Handler[] = [];

/** Makes a request to stop end the process, and with it what it runs, unless something has to end cleanly. */
export function listenForInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const handler = handlers.at(-1);
      if (handler === undefined) process.exit(exitCode.interrupted);
      handler(signal);
    });
  }
}

/** Does the work; a request to stop calls `handler` meanwhile. */
export async function duringInterrupts<T>(handler: Handler, work: () => Promise<T>): Promise<T> {
  handlers.push(handler);
  try {
    return await work();
  } finally {
    handlers.splice(handlers.indexOf(handler), 1);
  }
}
