import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

/** What became of the requests of one stretch of time. */
export interface LoadReport {
  readonly requests: number;
  /** Why requests failed, and how many; none is ever sent again. */
  readonly failures: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Milliseconds within which half of the answers were complete. */
  readonly p50: number;
  /** Milliseconds within which 99 of 100 were. */
  readonly p99: number;
}

/** Over how many connections an HTTPS address is asked, at most. */
export const connections = 16;

const generator = fileURLToPath(new URL("load-generator.ts", import.meta.url));

/** Asks at a steady rate over connections that are kept and used again, as browsers and proxies do. */
export class Load {
  private readonly process: ChildProcess;

  /** `address` is the IP address that stands for the host name of an `https:` url, which has no name of its own in tests. */
  constructor(url: string, address?: string) {
    this.process = fork(generator, address === undefined ? [url] : [url, address], {
      execArgv: ["--import", "tsx"],
    });
  }

  /** Resolves when so many requests of this stretch have been answered or failed. */
  async reached(requests: number, seconds = 120): Promise<void> {
    await until(`${requests} requests`, seconds, async () =>
      ((await this.ask("finished")) as number) >= requests ? true : undefined,
    );
  }

  /** Ends a stretch and begins the next one. Requests under way count for the one in which they end. */
  async cut(): Promise<LoadReport> {
    return (await this.ask("cut")) as LoadReport;
  }

  /** Begins no more requests and waits for those under way. */
  async stop(): Promise<LoadReport> {
    const report = (await this.ask("stop")) as LoadReport;
    this.process.disconnect();
    return report;
  }

  private async ask(question: string): Promise<unknown> {
    this.process.send(question);
    const [answer] = (await once(this.process, "message")) as [unknown];
    return answer;
  }
}

/** A report in one line. */
export function inWords(name: string, report: LoadReport): string {
  const { requests, failures, seconds, p50, p99 } = report;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const rate = Math.round(requests / seconds);
  return `${name}: ${requests} requests (${rate}/s), ${failed} failed, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
