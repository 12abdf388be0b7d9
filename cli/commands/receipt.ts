import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { callFor } from "../stack/call.ts";
import { checkKeepsRecords, readRecords } from "../stack/release-records.ts";
import type { Progress } from "../terminal/progress.ts";
import { releaseWith } from "./rollback.ts";

/** The result of `towpath receipt end-to-end`. */
export interface Receipt {
  readonly stack: string;
  /** The id of the release that was tested. */
  readonly release: string;
}

/**
 * Notes in the release record that end-to-end tests passed against what runs now. It changes nothing else.
 *
 * `release` is the id of what was tested: another one that came meanwhile does not get the receipt.
 */
export async function endToEndReceipt(
  stack: string,
  release: string | undefined,
  progress: Progress,
  project: Project,
): Promise<Receipt> {
  checkKeepsRecords(stack);
  const call = await callFor("up", stack, progress, project);
  const [current] = await readRecords(call, run);
  if (current === undefined || (release !== undefined && release !== current.id)) {
    throw new Problem(notTested(stack, release, current?.id));
  }
  await releaseWith(call, progress, { TOWPATH_END_TO_END: current.id });
  return { stack, release: current.id };
}

/** Says that the tests were not of what runs. */
export function notTested(stack: string, release: string | undefined, runs: string | undefined): string {
  const got = release === undefined ? "none" : JSON.stringify(release);
  return runs === undefined
    ? `receipt: expected a release of ${stack}, got none; release one and test it first`
    : `receipt: expected the release that runs on ${stack}, ${runs}, got ${got}; run the tests against what runs now`;
}

/** Says what was taken down. */
export function receiptInWords({ stack, release }: Receipt): string {
  return `${stack}: end-to-end tests passed for release ${release}`;
}
