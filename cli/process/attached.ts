import { spawn } from "node:child_process";
import { duringInterrupts } from "./interrupts.ts";
import { yieldToOthers } from "./priority.ts";
import { sessionEnd } from "./session-end.ts";

/** Settings of a program on our own terminal. */
export interface AttachedSettings {
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** True to let copies that serve users go first on this machine where nobody sits at a terminal. False by default. */
  readonly yields?: boolean;
  /** Called with the process that was started. Returns what is called when it has ended. */
  readonly onStart?: (pid: number | undefined) => () => void;
}

/** Runs a program on our own terminal. Ctrl+C reaches it from the terminal; other requests to stop are passed on. */
export async function attached(
  command: string,
  args: readonly string[],
  settings: AttachedSettings = {},
): Promise<number> {
  const { environment = process.env, cwd, yields = false, onStart } = settings;
  const atTerminal = process.stdin.isTTY;
  const apart = yields && !atTerminal;
  const child = spawn(command, args, { cwd, env: environment, stdio: "inherit", detached: apart });
  if (child.pid !== undefined && apart) yieldToOthers(child.pid);
  const ended = onStart?.(child.pid);
  const asked = { toStop: false };
  const code = await duringInterrupts(
    (signal) => {
      asked.toStop = true;
      if (signal !== "SIGINT" || !atTerminal) child.kill(signal);
    },
    () =>
      new Promise<number>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
          resolve(code ?? 1);
        });
      }),
  ).finally(ended);
  if (asked.toStop && apart && child.pid !== undefined) await sessionEnd(child.pid);
  return code;
}
