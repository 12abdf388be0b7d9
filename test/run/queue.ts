/** Something to run in a lane. */
export interface Task {
  /** True when nothing may run beside it. */
  readonly alone: boolean;
}

/** Runs tasks, at most `lanes` at a time and in their order; those that have to be alone come last, one by one. */
export async function inLanes<T extends Task, R>(
  tasks: readonly T[],
  lanes: number,
  run: (task: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = tasks.filter(({ alone }) => lanes === 1 || !alone);
  const lane = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
      results.push(await run(task));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (lanes > 1) for (const task of tasks) if (task.alone) results.push(await run(task));
  return results;
}
