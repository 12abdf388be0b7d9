import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

/** The outcome of the requests of one stretch of time. */
export interface LoadReport {
  readonly requests: number;
  /** The numbers of failed requests, by reason. */
  readonly failures: Readonly<Record<string, number>>;
  /** The number of requests sent again, on another connection, because theirs was closed before the answer began. */
  readonly sentAgain: number;
  /** The answers of `/api/version`: each text once, in the order in which they first came. */
  readonly versions: readonly string[];
  readonly seconds: number;
  /** Milliseconds within which half of the answers were complete. */
  readonly p50: number;
  /** Milliseconds within which 99 of 100 were. */
  readonly p99: number;
}

/** The requests a second that show that users are served: each gap of 50 ms is seen, and most of a processor is left. */
export const usual = 20;

/** The requests a second that take about one processor of those that serve them, for measurements of their speed. */
export const measuring = 150;

/** The most connections over which an address is asked. */
export const connections = 16;

const generator = fileURLToPath(new URL("load-generator.ts", import.meta.url));

/** Asks over connections that are kept and used again, as browsers and proxies do. */
export class Load {
  /** The generator. */
  readonly process: ChildProcess;
  /** Rejects when the generator is gone: nobody answers then. */
  private readonly ended: Promise<never>;

  /**
   * `address` is the IP address that stands for the host name of an `https:` url, which has no name of its own in tests.
   * With `Infinity` every connection asks again as soon as it was answered, as load testers with constant connections do.
   */
  constructor(url: string, address = "", perSecond = usual) {
    this.process = fork(generator, [url, address, String(perSecond)]);
    this.ended = once(this.process, "exit").then(([code, signal]) => {
      throw new Error(`the load generator ended, ${signal ?? `exit code ${code}`}`);
    });
    this.ended.catch(() => undefined);
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
    // What keeps it from being sent is the generator's end, which `ended` tells.
    if (this.process.connected) this.process.send(question, () => undefined);
    const [answer] = (await Promise.race([once(this.process, "message"), this.ended])) as [unknown];
    return answer;
  }
}

/** Fails unless every request was answered, and no connection was closed that was still in use. */
export function assertServed({ failures, sentAgain }: LoadReport, message?: string): void {
  assert.deepEqual({ failures, sentAgain }, { failures: {}, sentAgain: 0 }, message);
}

/** Returns the number of requests that failed. */
export function failuresIn({ failures }: Pick<LoadReport, "failures">): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** A report in one line. */
export function inWords(name: string, report: LoadReport): string {
  const { requests, seconds, p50, p99 } = report;
  const rate = Math.round(requests / seconds);
  return `${name}: ${requests} requests (${rate}/s), ${failuresIn(report)} failed, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
