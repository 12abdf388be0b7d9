import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** How many tests passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** From which on it is told how long a suite took. */
const longSeconds = 10;

/**
 * mocha's usual report, with what failed also where it failed, for a run that does not get to its end; how long each file's
 * tests took with all that they wait for, where that is long; and the counts in the file that TOWPATH_TEST_COUNTS names.
 *
 * In CI a test that is skipped fails: what was not run was not proved.
 */
export default class Reporter extends mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    if (process.env.CI === "true") Object.assign(runner, { forbidPending: true });
    runner.on("fail", (_, error: unknown) => {
      console.log(error instanceof Error ? error.stack : error);
    });
    let began = Date.now();
    runner.on("suite end", (suite) => {
      if (suite.parent?.root !== true) return;
      const seconds = Math.round((Date.now() - began) / 1000);
      began = Date.now();
      if (seconds >= longSeconds) console.log(`  ${suite.title}: ${seconds} s`);
    });
    runner.once("end", () => {
      const { passes, failures, pending } = this.stats;
      const counts: Counts = { passed: passes, failed: failures, skipped: pending };
      const file = process.env.TOWPATH_TEST_COUNTS;
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
