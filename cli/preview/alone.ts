import { join } from "node:path";
import { until } from "../../components/input/until.ts";
import { Held, takeLock, type Lock } from "../ci/lock.ts";
import { Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";

/** The time that a run waits for another one of the same preview, in milliseconds. */
const longestWait = 15 * 60_000;

/** Does the work while no other run of this working copy changes the preview: the second one waits for the first. */
export async function alone<Result>(
  stack: string,
  progress: Progress,
  project: Pick<Project, "privateFolder">,
  work: () => Promise<Result>,
): Promise<Result> {
  const file = join(project.privateFolder, "previews", `${stack}.lock`);
  let step: ReturnType<Progress["step"]> | undefined;
  const got = await until(
    () => lockOrHolder(file),
    (found) => {
      if (found instanceof Held)
        step ??= progress.step(`waiting for process ${found.owner.pid}, which changes ${stack}`);
      return !(found instanceof Held);
    },
    { deadline: Date.now() + longestWait, interval: 200 },
  );
  step?.done();
  if (got instanceof Held) throw new Problem(stillHeld(stack, got));
  try {
    return await work();
  } finally {
    got.release();
  }
}

function lockOrHolder(file: string): Lock | Held {
  try {
    return takeLock(file);
  } catch (error) {
    if (error instanceof Held) return error;
    throw error;
  }
}

/** Says that another run does not end. */
export function stillHeld(stack: string, { owner, file }: Pick<Held, "owner" | "file">): string {
  return `${stack}: another run has been changing it for ${longestWait / 60_000} min, got process ${owner.pid}; end it, or remove ${file} if it is dead`;
}
