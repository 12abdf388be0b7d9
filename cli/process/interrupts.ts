import { exitCode } from "../problem.ts";

/** What to do when the person asks to stop. */
type Handler = (signal: NodeJS.Signals) => void;

const handlers: Handler[] = [];

/** From now on, being asked to stop ends the process, and with it what it runs, unless something has to end cleanly. */
export function listenForInterrupts(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const handler = handlers.at(-1);
      if (handler === undefined) process.exit(exitCode.interrupted);
      handler(signal);
    });
  }
}

/** While the work runs, `handler` is told instead. */
export async function duringInterrupts<T>(handler: Handler, work: () => Promise<T>): Promise<T> {
  handlers.push(handler);
  try {
    return await work();
  } finally {
    handlers.splice(handlers.indexOf(handler), 1);
  }
}
