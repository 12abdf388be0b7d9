import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** How many tests passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * mocha's usual report, and the counts in the file that TOWPATH_TEST_COUNTS names.
 *
 * In CI a test that is skipped fails: what was not run was not proved.
 */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    if (process.env.CI === "true") Object.assign(runner, { forbidPending: true });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      const file = process.env.TOWPATH_TEST_COUNTS;
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
