/** How many tests passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How long one file's tests took, with their fixtures and all that they waited for. */
export interface SuiteTime {
  readonly file: string;
  readonly seconds: number;
}

/** How long one fixture, a hook before or after tests, took in all. */
export interface FixtureTime extends SuiteTime {
  readonly name: string;
}

/** A test, or a fixture, that failed. */
export interface Failure {
  readonly file: string;
  /** With the titles of all that it stands in. */
  readonly title: string;
  /** The error, with its trace. */
  readonly error: string;
}

/** What one process of mocha did so far; it writes this every second, and at its end. */
export interface GroupReport {
  readonly counts: Counts;
  readonly suites: readonly SuiteTime[];
  readonly fixtures: readonly FixtureTime[];
  readonly failures: readonly Failure[];
  /** The test or fixture under way. */
  readonly running?: string;
  /** What it waits for. */
  readonly waits: readonly string[];
  /** Whether it got to its end. */
  readonly ended: boolean;
}

/** The environment variable with the file that a process of mocha reports to. */
export const reportVariable = "TOWPATH_TEST_REPORT";
