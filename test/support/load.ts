import http from "node:http";
import { until } from "./until.ts";

/** What is asked, and how much of it. */
export interface LoadSettings {
  readonly paths: readonly string[];
  /** How many requests are begun each second. */
  readonly perSecond: number;
  /** How many may be under way at once; beyond that the rate drops. */
  readonly atOnce: number;
}

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

/** How long an answer may take, in milliseconds. */
const patience = 10_000;

/** Asks at a steady rate over connections that are kept and used again, as browsers and proxies do. */
export class Load {
  private readonly agent = new http.Agent({ keepAlive: true });
  private readonly timer: NodeJS.Timeout;
  private readonly url: string;
  private readonly settings: LoadSettings;
  private begun = Date.now();
  private sent = 0;
  private total = 0;
  private underWay = 0;
  private times: number[] = [];
  private failures: Record<string, number> = {};

  constructor(url: string, settings: Partial<LoadSettings> = {}) {
    this.url = url;
    this.settings = {
      paths: ["/api/notes?limit=5", "/", "/api/version"],
      perSecond: 150,
      atOnce: 32,
      ...settings,
    };
    this.timer = setInterval(() => {
      this.sendWhatIsDue();
    }, 5);
  }

  /** Resolves when so many requests of this stretch have been answered or failed. */
  async reached(requests: number, seconds = 120): Promise<void> {
    await until(`${requests} requests`, seconds, () => this.finished() >= requests || undefined);
  }

  /** Ends a stretch and begins the next one. Requests under way count for the one in which they end. */
  cut(): LoadReport {
    const sorted = this.times.sort((a, b) => a - b);
    const report = {
      requests: this.finished(),
      failures: this.failures,
      seconds: (Date.now() - this.begun) / 1000,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
    };
    this.times = [];
    this.failures = {};
    this.begun = Date.now();
    this.sent = 0;
    return report;
  }

  /** Begins no more requests and waits for those under way. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.timer);
    await until("the last answers", patience / 1000 + 5, () => this.underWay === 0 || undefined);
    this.agent.destroy();
    return this.cut();
  }

  private finished(): number {
    return this.times.length + Object.values(this.failures).reduce((sum, count) => sum + count, 0);
  }

  private sendWhatIsDue(): void {
    const due = ((Date.now() - this.begun) * this.settings.perSecond) / 1000;
    while (this.sent < due && this.underWay < this.settings.atOnce) {
      this.sent++;
      void this.send();
    }
  }

  private async send(): Promise<void> {
    const { paths } = this.settings;
    const path = paths[this.total++ % paths.length] ?? "/";
    const started = performance.now();
    this.underWay++;
    const failure = await this.ask(path);
    this.underWay--;
    if (failure === undefined) this.times.push(performance.now() - started);
    else this.failures[failure] = (this.failures[failure] ?? 0) + 1;
  }

  /** Why the answer is none; undefined when all of it came. */
  private ask(path: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      const request = http.get(`${this.url}${path}`, { agent: this.agent, timeout: patience }, (response) => {
        response.resume();
        response.on("end", () => {
          const { statusCode = 0 } = response;
          resolve(statusCode < 400 ? undefined : `GET ${path}: status ${statusCode}`);
        });
        response.on("error", (error) => {
          resolve(`GET ${path}: ${error.message} in the middle of an answer`);
        });
      });
      request.on("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
      request.on("error", (error) => {
        const connection = request.reusedSocket ? "a connection used before" : "a new connection";
        resolve(`GET ${path}: ${error.message} on ${connection}`);
      });
    });
  }
}

/** A report in one line. */
export function inWords(name: string, report: LoadReport): string {
  const { requests, failures, seconds, p50, p99 } = report;
  const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
  const rate = Math.round(requests / seconds);
  return `${name}: ${requests} requests (${rate}/s), ${failed} failed, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
