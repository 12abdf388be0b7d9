import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as timer } from "node:timers/promises";
import type { AdministeredServer } from "../../components/contract/database.ts";
import type { Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";

/** The answer to one statement. */
export interface SqlAnswer {
  /** What it printed, a line each. */
  readonly lines: readonly string[];
  /** The rows that it changed or returned. */
  readonly rows: number;
  /** The time that it took in the server and on the way, as psql measures it. */
  readonly milliseconds: number;
  /** The server's message, where it failed. */
  readonly problem?: string;
}

/** A statement did not end in time, and may go on. */
export class NotInTime extends StepFailure {}

/** Something that runs one statement after the other. */
export interface SqlSession {
  /** Runs one statement, and waits for its end at most until `deadline`, as `Date.now()` counts. Throws a NotInTime. */
  run(sql: string, deadline: number): Promise<SqlAnswer>;
}

/** A session of psql where the server runs, which goes on after a statement that failed. */
export class PsqlSession implements SqlSession {
  private readonly client: ReturnType<Machine["open"]>;
  private readonly lines: AsyncIterator<string>;
  private readonly mark = `towpath-${randomBytes(6).toString("hex")}`;
  private readonly ended: Promise<never>;

  constructor(machine: Machine, { container, administrator }: AdministeredServer, database: string) {
    this.client = machine.open(container, [
      ...["psql", "--quiet", "--no-psqlrc", "--no-align", "--tuples-only"],
      ...["--username", administrator, "--dbname", database],
    ]);
    this.lines = createInterface({ input: this.client.stdout })[Symbol.asyncIterator]();
    let complaint = "";
    this.client.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = text));
    this.ended = new Promise<never>((_, reject) => {
      const fail = (why: string): void => {
        reject(new StepFailure(`migrations: the scratch database ended: ${why.trim() || "no word"}`));
      };
      this.client.on("error", (error) => {
        fail(error.message);
      });
      this.client.on("close", () => {
        fail(complaint);
      });
    });
    this.ended.catch(() => undefined);
    this.client.stdin.on("error", () => undefined);
  }

  async run(sql: string, deadline: number): Promise<SqlAnswer> {
    const { mark } = this;
    this.client.stdin.write(
      `\\timing on\n${sql}\n;\n\\timing off\n\\echo ${mark} :ERROR :ROW_COUNT\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${mark}\n`,
    );
    const late = timer(Math.max(1, deadline - Date.now()), undefined, { ref: false }).then(() => {
      throw new NotInTime("migrations: the scratch database did not answer in time");
    });
    late.catch(() => undefined);
    const printed = await this.until(late, (line) => line.startsWith(`${mark} `));
    const message = await this.until(late, (line) => line === mark);
    const [, failed, rows] = (printed.pop() ?? "").split(" ");
    message.pop();
    const time = printed.findLastIndex((line) => line.startsWith("Time: "));
    const [, milliseconds = "0"] = /^Time: ([\d.]+) ms/.exec(printed[time] ?? "") ?? [];
    return {
      lines: printed.filter((_, index) => index !== time),
      rows: Number(rows),
      milliseconds: Number(milliseconds),
      ...(failed === "true" && { problem: message.join(" ").trim() }),
    };
  }

  end(): void {
    this.client.stdin.end();
    this.client.kill();
  }

  private async until(late: Promise<never>, isLast: (line: string) => boolean): Promise<string[]> {
    const found: string[] = [];
    for (;;) {
      const line = await Promise.race([this.lines.next(), this.ended, late]);
      if (line.done === true) return this.ended;
      found.push(line.value);
      if (isLast(line.value)) return found;
    }
  }
}
