import type { EndedRun } from "./machine.ts";

/** The problem of a command that failed, with what to do where that is known. */
export async function failureOf(
  { exitCode, ...ended }: EndedRun,
  timeoutSeconds: number,
): Promise<{ problem: string; remedy: string; log: string }> {
  const log = await ended.log();
  const limited = await ended.limited(log);
  if (limited !== undefined) return { problem: limited.how, remedy: `${limited.remedy}; `, log };
  const problem =
    exitCode === undefined ? `not done within ${timeoutSeconds} s` : `ended with exit code ${exitCode}`;
  return { problem, remedy: "", log };
}
