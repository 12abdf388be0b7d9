import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { checkFolder, resultFile, type CheckResult } from "../../components/ci/result.ts";
import { defined } from "../../components/input/defined.ts";
import { withoutSecrets } from "../delivered.ts";
import { StepFailure } from "../program.ts";

/** A problem that a check found. */
export class CheckFailure extends StepFailure {
  readonly problem: string;
  readonly log: string | undefined;

  constructor(problem: string, log?: string) {
    super(log === undefined ? problem : `${problem}; its last log lines:\n${log}`);
    this.problem = problem;
    this.log = log;
  }
}

/** Does a check's work and writes its result down, well or badly ended; nothing of an earlier run stays beside it. */
export async function withResult<T extends Pick<CheckResult, "coverage" | "warnings">>(
  reports: string,
  check: string,
  work: () => Promise<T>,
): Promise<T> {
  const folder = checkFolder(reports, check);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const began = Date.now();
  const write = (result: Omit<CheckResult, "seconds">): void => {
    const seconds = Math.round((Date.now() - began) / 100) / 10;
    writeFileSync(resultFile(reports, check), JSON.stringify({ ...result, seconds }));
  };
  try {
    const found = await work();
    const { coverage, warnings } = found;
    write({
      outcome: "passed",
      ...defined({ coverage, warnings }),
    });
    return found;
  } catch (error) {
    const { message } = error as Error;
    const { problem = message, log } = error instanceof CheckFailure ? error : {};
    write({
      outcome: "failed",
      problem: withoutSecrets(problem),
      ...(log !== undefined && { log: withoutSecrets(log) }),
    });
    throw error;
  }
}
