import { UserError } from "../../components/input/user-error.ts";
import { exitCode, Interrupted } from "../problem.ts";
import { showProgress, type Progress } from "./progress.ts";

/** The option of every command that ends with a result. */
export const json = ["--json", "print the result as one JSON document"] as const;

/**
 * Does a command's work and prints its result: as people read it, or as one JSON document. The process ends with an exit
 * code that shows whether it is well: any result is, unless `isWell` decides otherwise.
 */
export async function answer<T>(
  json: boolean,
  work: (progress: Progress) => Promise<T>,
  inWords: (result: T) => string | undefined,
  isWell: (result: T) => boolean = () => true,
): Promise<void> {
  const progress = showProgress();
  try {
    const result = await work(progress);
    if (!isWell(result)) process.exitCode = exitCode.failed;
    progress.stop();
    const text = json ? JSON.stringify(result, null, 2) : inWords(result);
    if (text !== undefined) process.stdout.write(`${text}\n`);
  } catch (error) {
    progress.stop();
    if (!(error instanceof UserError)) throw error;
    if (json) process.stdout.write(`${JSON.stringify({ error: error.message }, null, 2)}\n`);
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof Interrupted ? exitCode.interrupted : exitCode.failed;
  }
}

/** Runs a command that prints by itself and only ends with an exit code; with `json`, a problem is a document too. */
export async function pass(work: (progress: Progress) => Promise<number>, json = false): Promise<void> {
  let code: number = exitCode.failed;
  await answer(
    json,
    async (progress) => {
      code = await work(progress);
    },
    () => undefined,
  );
  process.exitCode ??= code;
}
