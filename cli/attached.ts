import { spawn } from "node:child_process";
import { duringInterrupts } from "./interrupts.ts";

/** Runs a program on our own terminal. Ctrl+C reaches it from the terminal; other requests to stop are passed on. */
export function attached(
  command: string,
  args: readonly string[],
  settings: { readonly environment?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<number> {
  const { environment = process.env, cwd } = settings;
  const child = spawn(command, args, { cwd, env: environment, stdio: "inherit" });
  return duringInterrupts(
    (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    },
    () =>
      new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => {
          resolve(code ?? 1);
        });
      }),
  );
}
