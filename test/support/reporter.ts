import mocha from "mocha";
import { renameSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { reportVariable, type Failure, type FixtureTime, type GroupReport } from "../run/report.ts";
import { leftToOthers } from "./quick.ts";
import { waits } from "./waits.ts";

/** The project's folder; a test may go elsewhere. */
const root = process.cwd();

/** The interval between notes of how far the tests have got, in milliseconds. */
const interval = 1000;

/**
 * mocha's usual report, with what failed also where it failed, for a run that does not get to its end, and what it waited
 * for then; and in the file that TOWPATH_TEST_REPORT names: the counts, how long each file and fixture took, and what is
 * under way.
 *
 * In CI a test that is skipped fails: what was not run was not proved.
 */
export default class Reporter extends mocha.reporters.Spec {
  private readonly suites = new Map<string, number>();
  private readonly fixtures = new Map<string, FixtureTime>();
  private readonly failed: Failure[] = [];
  private running: string | undefined;

  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    if (process.env.CI === "true") Object.assign(runner, { forbidPending: true });
    runner.on("fail", (test, problem: unknown) => {
      const error = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
      this.failed.push({ file: nameOf(test.file), title: test.fullTitle(), error });
      console.log(error);
      const waitedFor = waits();
      if (waitedFor.length > 0) console.log(`waiting for: ${waitedFor.join("; ")}`);
    });
    // Asked to end, it clears up behind the test that it is at, instead of leaving what the suites have made.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => runner.abort());
    this.measure(runner);
    const file = process.env[reportVariable];
    if (file === undefined) return;
    const timer = setInterval(() => {
      this.write(file, false);
    }, interval);
    timer.unref();
    runner.once("end", () => {
      clearInterval(timer);
      this.write(file, true);
    });
  }

  private measure(runner: Mocha.Runner): void {
    const began = new WeakMap<object, number>();
    const since = (what: object): number => (Date.now() - (began.get(what) ?? Date.now())) / 1000;
    runner.on("suite", (suite) => began.set(suite, Date.now()));
    runner.on("suite end", (suite) => {
      if (suite.parent?.root !== true) return;
      const file = nameOf(suite.file);
      this.suites.set(file, (this.suites.get(file) ?? 0) + since(suite));
    });
    runner.on("test", (test) => {
      this.running = test.fullTitle();
    });
    runner.on("hook", (hook) => {
      began.set(hook, Date.now());
      this.running = `${hook.parent?.fullTitle() ?? ""} ${hook.title}`.trim();
    });
    const ended = (hook: Mocha.Runnable): void => {
      // mocha adds the test that a hook ran for.
      const { originalTitle = hook.title } = hook as { originalTitle?: string };
      const name = `${originalTitle} in "${hook.parent?.title ?? ""}"`;
      const file = nameOf(hook.file);
      const before = this.fixtures.get(`${file} ${name}`)?.seconds ?? 0;
      this.fixtures.set(`${file} ${name}`, { file, name, seconds: before + since(hook) });
    };
    runner.on("hook end", ended);
    runner.on("fail", (test: Mocha.Runnable) => {
      if ((test as { type?: string }).type === "hook") ended(test);
    });
  }

  /** Under another name first, so that nobody reads half of it. */
  private write(file: string, ended: boolean): void {
    const { passes, failures, pending } = this.stats;
    const report: GroupReport = {
      counts: { passed: passes, failed: failures, skipped: pending },
      suites: [...this.suites].map(([name, seconds]) => ({ file: name, seconds })),
      fixtures: [...this.fixtures.values()],
      failures: this.failed,
      ...(this.running === undefined || ended ? {} : { running: this.running }),
      leftToOthers,
      waits: waits(),
      ended,
    };
    writeFileSync(`${file}.part`, JSON.stringify(report));
    renameSync(`${file}.part`, file);
  }
}

/** A file as people call it; hooks that all files share stand in none. */
function nameOf(file: string | undefined): string {
  return file === undefined ? "all" : relative(root, file);
}
