import { join } from "node:path";
import { until } from "../../components/input/until.ts";
import { Held, takeLock, type Lock } from "../ci/lock.ts";
import { Problem, StateLocked } from "../problem.ts";
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
  const file = lockFile(stack, project);
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

/** Does the work while no other run of this working copy changes the preview. Throws a StateLocked when one does. */
export async function unlessBusy<Result>(
  stack: string,
  project: Pick<Project, "privateFolder">,
  work: () => Promise<Result>,
): Promise<Result> {
  const got = lockOrHolder(lockFile(stack, project));
  if (got instanceof Held) throw new StateLocked(busy(stack, got));
  try {
    return await work();
  } finally {
    got.release();
  }
}

/** Does the work on a preview's state, again and again until no run elsewhere, such as a sweep's, has that state. */
export async function onceUnlocked<Result>(
  stack: string,
  progress: Progress,
  work: () => Promise<Result>,
): Promise<Result> {
  let step: ReturnType<Progress["step"]> | undefined;
  try {
    const got = await until(
      () =>
        work().catch((error: unknown) => {
          if (error instanceof StateLocked) return error;
          throw error;
        }),
      (found) => {
        if (found instanceof StateLocked)
          step ??= progress.step(`waiting for another run, which has the state of ${stack}`);
        return !(found instanceof StateLocked);
      },
      { deadline: Date.now() + longestWait, interval: 1000 },
    );
    if (got instanceof StateLocked) throw got;
    return got;
  } finally {
    step?.done();
  }
}

function lockFile(stack: string, { privateFolder }: Pick<Project, "privateFolder">): string {
  return join(privateFolder, "previews", `${stack}.lock`);
}

function lockOrHolder(file: string): Lock | Held {
  try {
    return takeLock(file);
  } catch (error) {
    if (error instanceof Held) return error;
    throw error;
  }
}

/** Says that another run is at work. */
export function busy(stack: string, { owner }: Pick<Held, "owner">): string {
  return `${stack}: another run is changing it, got process ${owner.pid}; wait until it ends`;
}

/** Says that another run does not end. */
export function stillHeld(stack: string, { owner, file }: Pick<Held, "owner" | "file">): string {
  return `${stack}: another run has been changing it for ${longestWait / 60_000} min, got process ${owner.pid}; end it, or remove ${file} if it is dead`;
}
