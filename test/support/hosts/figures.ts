import { columns } from "../../../cli/terminal/table.ts";
import { failuresIn, type Load, type LoadReport } from "../load.ts";
import { measuringInLong } from "../quick.ts";

/** The least number of requests in each stretch: those of seven seconds; a measurement wants more than a test. */
const leastRequests = Number(process.env.TOWPATH_TEST_REQUESTS ?? 7 * measuringInLong);

/** The figures of users' requests during each action, beside an idle stretch. */
export class Figures {
  private readonly load: Load;
  private readonly rows: { what: string; seconds: number; report: LoadReport }[] = [];

  constructor(load: Load) {
    this.load = load;
  }

  /** Does something under load, and measures until enough requests have come. */
  async measure<T>(what: string, action: () => Promise<T>): Promise<{ result: T; report: LoadReport }> {
    await this.load.cut();
    const began = Date.now();
    const result = await action();
    const seconds = (Date.now() - began) / 1000;
    await this.load.reached(leastRequests);
    const report = await this.load.cut();
    this.rows.push({ what, seconds, report });
    return { result, report };
  }

  /** The figures as a table. */
  toString(): string {
    const idle = this.rows.find(({ what }) => what === "idle")?.report.p99 ?? NaN;
    return columns([
      ["what", "took, s", "requests", "failed", "sent again", "p50, ms", "p99, ms", "p99 / idle"],
      ...this.rows.map(({ what, seconds, report }) => [
        what,
        seconds.toFixed(1),
        String(report.requests),
        String(failuresIn(report)),
        String(report.sentAgain),
        report.p50.toFixed(1),
        report.p99.toFixed(1),
        (report.p99 / idle).toFixed(2),
      ]),
    ]);
  }
}
