import type { Run, RunResult } from "../../../cli/process/run.ts";

/** The answers of programs, by the start of their command lines. */
export type Answers = Readonly<
  Record<string, Partial<RunResult> | ((args: readonly string[]) => Partial<RunResult>)>
>;

/** Returns a runner that starts nothing: it gives these answers, and remembers its calls. */
export function fakeRun(answers: Answers): { run: Run; calls: string[] } {
  const calls: string[] = [];
  const run: Run = (command, args, settings) => {
    const line = [command.split("/").at(-1), ...args].join(" ");
    calls.push(line);
    const known = Object.keys(answers)
      .filter((start) => line.startsWith(start))
      .sort((a, b) => b.length - a.length)[0];
    if (known === undefined) return Promise.resolve({ code: -1, stdout: "", stderr: "", failure: "ENOENT" });
    const answer = answers[known];
    const result = typeof answer === "function" ? answer(args) : answer;
    for (const text of (result?.stdout ?? "").split("\n"))
      if (text !== "") settings?.onLine?.(text, "stdout");
    return Promise.resolve({ code: 0, stdout: "", stderr: "", ...result });
  };
  return { run, calls };
}
