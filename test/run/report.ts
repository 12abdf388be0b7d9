/** The numbers of tests that passed, failed and were skipped. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The time of one file's tests, with their fixtures and all that they waited for. */
export interface SuiteTime {
  readonly file: string;
  readonly seconds: number;
}

/** The time of one fixture in all; a fixture is a hook before or after tests. */
export interface FixtureTime extends SuiteTime {
  readonly name: string;
}

/** A test, or a fixture, that failed. */
export interface Failure {
  readonly file: string;
  /** The titles of all that it stands in, and its own. */
  readonly title: string;
  /** The error, with its trace. */
  readonly error: string;
}

/** The progress of one process of mocha, which writes it every second and at its end. */
export interface GroupReport {
  readonly counts: Counts;
  readonly suites: readonly SuiteTime[];
  readonly fixtures: readonly FixtureTime[];
  readonly failures: readonly Failure[];
  /** The test or fixture under way. */
  readonly running?: string;
  /** The titles of the sampled cases that other seeds choose. */
  readonly leftToOthers: readonly string[];
  /** The waits that are under way. */
  readonly waits: readonly string[];
  /** True when it got to its end. */
  readonly ended: boolean;
}

/** The environment variable with the file that a process of mocha reports to. */
export const reportVariable = "TOWPATH_TEST_REPORT";
