import { writeFileSync } from "node:fs";
import { UserError } from "../../components/input/user-error.ts";
import { previewStack } from "../../components/naming/namespace.ts";
import type { PreviewFacts } from "../comment/facts.ts";
import { readHandedOver } from "../comment/handed-over.ts";
import type { Project } from "../project.ts";
import type { Progress } from "../terminal/progress.ts";
import { previewFacts } from "./facts.ts";

/** What an event did to a preview, for the comment, which another job writes. */
export interface PreviewReport {
  /** Left out where the event is about no pull request. */
  readonly pullRequest?: number;
  /** Left out where there is no preview, and was none. */
  readonly preview?: PreviewFacts;
}

/**
 * Does something to the preview of a pull request, and writes down how it is then, or why it failed. A run that is killed
 * leaves word that it was.
 */
export async function reported<Result>(
  file: string | undefined,
  pullRequest: number,
  work: () => Promise<Result>,
  { isGone, commit, progress, project }: Reported<Result>,
): Promise<Result> {
  if (file === undefined) return work();
  const stack = previewStack(pullRequest);
  const write = (preview: PreviewFacts | undefined): void => {
    writeReport(file, { pullRequest, ...(preview !== undefined && { preview }) });
  };
  const failed = (words: string, log?: string): PreviewFacts => ({
    ...{ stack, address: undefined, state: "failed", words },
    ...(commit !== undefined && { commit }),
    ...(log !== undefined && { log }),
  });
  write(failed("the run was ended before it was over"));
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const now = await previewFacts(stack, progress, project);
    const [words = "", ...more] = error.message.split("\n");
    const failure = failed(words, more.length === 0 ? undefined : error.message);
    write(now?.state === "waiting" ? now : { ...now, ...failure, address: now?.address });
    throw error;
  }
  const now = await previewFacts(stack, progress, project);
  write(isGone(result) && now === undefined ? { stack, address: undefined, state: "closed" } : now);
  return result;
}

/** What a report says beside what is done. */
interface Reported<Result> {
  /** Tells whether there is no preview any more that was there, as far as its pull request's reader knows. */
  readonly isGone: (result: Result) => boolean;
  /** The commit that is to run. */
  readonly commit: string | undefined;
  readonly progress: Progress;
  readonly project: Project;
}

/** Writes a report. */
export function writeReport(file: string, report: PreviewReport): void {
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * Reads what a run wrote down of a preview.
 *
 * @throws Problem when the file holds none
 */
export function readReport(file: string): PreviewReport {
  const isIt = ({ pullRequest }: PreviewReport): boolean =>
    ["number", "undefined"].includes(typeof pullRequest);
  return readHandedOver<PreviewReport>(file, isIt, noReport(file));
}

/** Says that a file is none that was written for this. */
export function noReport(file: string): string {
  return `--preview: expected what became of a preview, got ${JSON.stringify(file)}; write it with npx towpath pull-request --report ${file}`;
}
