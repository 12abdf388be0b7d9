import { Problem } from "../problem.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import type { Requirement } from "./requirement.ts";

/** Requirements that build on each other, in their order: an engine, then images in it. */
export type Lane = readonly Requirement[];

/**
 * Makes sure that everything is there: all checks at once, then, lane beside lane, what is missing.
 *
 * @throws Problem with everything that is wrong, not only the first: nobody likes to come back four times.
 */
export async function setUp(lanes: readonly Lane[], progress: Progress): Promise<void> {
  const missing = new Set<Requirement>();
  await allOrProblems(
    lanes.flat().map(async (requirement) => {
      if (!(await requirement.check())) missing.add(requirement);
    }),
  );
  const left = new Set(missing);
  try {
    await allOrProblems(
      lanes.map(async (lane) => {
        for (const requirement of lane.filter((one) => missing.has(one))) {
          await asStep(progress, `providing ${requirement.title}`, (step) => requirement.provide(step));
          left.delete(requirement);
        }
      }),
    );
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`${error.message}\n${halfWay(lanes.flat(), left)}`);
  }
}

/** Says how far set-up came, and that nothing of it is done twice. */
function halfWay(all: Lane, left: ReadonlySet<Requirement>): string {
  const titles = (some: Lane): string => some.map(({ title }) => title).join(", ");
  const done = all.filter((one) => !left.has(one));
  return (
    `set-up: ${done.length} of ${all.length} parts are done${done.length > 0 ? ` (${titles(done)})` : ""}, ` +
    `left ${left.size === 1 ? "is" : "are"} ${titles([...left])}; the next "npm start" goes on there`
  );
}

/** Waits for all, and throws one problem with the messages of all that failed. */
async function allOrProblems(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  const unexpected = reasons.find((reason) => !(reason instanceof Problem));
  if (unexpected !== undefined) throw unexpected;
  if (reasons.length > 0) throw new Problem([...new Set(reasons.map(({ message }) => message))].join("\n"));
}
