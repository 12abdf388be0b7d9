/**
 * Asks an address again and again, and reports to its parent; see `Load`, which starts it. Its arguments are
 * the address, for HTTPS the IP address that stands for its host name (or nothing), and how many requests are begun each
 * second, `Infinity` for as many as are answered.
 *
 * A process of its own and ahead of all others: it stands for people on other machines, whose requests do not queue
 * behind the release's own work.
 */
import { execFileSync } from "node:child_process";
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import { connections, failuresIn, type LoadReport } from "./load.ts";
import { until } from "./until.ts";

/** Says which release answers. */
const versionPath = "/api/version";

/** The paths that are requested in turn. */
const paths = ["/api/notes?limit=5", "/", versionPath];

/** The most requests under way at once at a steady rate; beyond that the rate drops. */
const mostAtOnce = 32;

/** The mark of a request that has to be sent again: the connection was closed while nobody used it. */
const closed = Symbol("closed");

/** The time that an answer may take, in milliseconds. */
const patience = 10_000;

/**
 * Asks over connections that are kept and used again, as browsers and proxies do, and like them sends a request again
 * when such a connection was closed before the answer began (RFC 9112, section 9.3.1).
 */
class Generator {
  private readonly agent: http.Agent;
  private readonly timer: NodeJS.Timeout;
  private readonly url: string;
  private perSecond: number;
  private readonly atOnce: number;
  private begun = Date.now();
  private sent = 0;
  private total = 0;
  private underWay = 0;
  private times: number[] = [];
  private failures: Record<string, number> = {};
  private sentAgain = 0;
  private readonly versions = new Set<string>();
  /** The connections that a request has had. */
  private readonly used = new WeakSet<object>();

  constructor(url: string, address: string, perSecond: number) {
    this.url = url;
    this.perSecond = perSecond;
    this.atOnce = perSecond === Infinity ? connections : mostAtOnce;
    this.agent =
      address === "" ? new http.Agent({ keepAlive: true, maxSockets: connections }) : agentTo(address);
    this.timer = setInterval(() => {
      this.sendWhatIsDue();
    }, 5);
  }

  /** Ends a stretch and begins the next one. Requests under way count for the one in which they end. */
  cut(): LoadReport {
    const sorted = this.times.sort((a, b) => a - b);
    const report = {
      requests: this.finished,
      failures: this.failures,
      sentAgain: this.sentAgain,
      versions: [...this.versions],
      seconds: (Date.now() - this.begun) / 1000,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
    };
    this.times = [];
    this.failures = {};
    this.sentAgain = 0;
    this.versions.clear();
    this.begun = Date.now();
    this.sent = 0;
    return report;
  }

  /** Begins no more requests and waits for those under way. */
  async stop(): Promise<LoadReport> {
    clearInterval(this.timer);
    this.perSecond = 0;
    await until("the last answers", patience / 1000 + 5, () => this.underWay === 0 || undefined);
    this.agent.destroy();
    return this.cut();
  }

  /** The number of requests of this stretch that have been answered or have failed. */
  get finished(): number {
    return this.times.length + failuresIn({ failures: this.failures });
  }

  private sendWhatIsDue(): void {
    const due = ((Date.now() - this.begun) * this.perSecond) / 1000;
    while (this.sent < due && this.underWay < this.atOnce) {
      this.sent++;
      void this.send();
    }
  }

  private async send(): Promise<void> {
    const path = paths[this.total++ % paths.length] ?? "/";
    const started = performance.now();
    this.underWay++;
    let failure = await this.ask(path);
    for (; failure === closed; this.sentAgain++) failure = await this.ask(path);
    this.underWay--;
    if (failure === undefined) this.times.push(performance.now() - started);
    else this.failures[failure] = (this.failures[failure] ?? 0) + 1;
    if (this.perSecond === Infinity) this.sendWhatIsDue();
  }

  /** Returns why there is no answer, `closed` on a connection that was closed; undefined when all of it came. */
  private ask(path: string): Promise<string | typeof closed | undefined> {
    return new Promise((resolve) => {
      const { get } = this.url.startsWith("https:") ? https : http;
      const request = get(`${this.url}${path}`, { agent: this.agent, timeout: patience }, (response) => {
        let body = "";
        if (path === versionPath) response.setEncoding("utf8").on("data", (text: string) => (body += text));
        else response.resume();
        response.on("end", () => {
          const { statusCode = 0 } = response;
          if (path === versionPath && statusCode < 400) this.versions.add(body);
          resolve(statusCode < 400 ? undefined : `GET ${path}: status ${statusCode}`);
        });
        response.on("error", (error) => {
          resolve(`GET ${path}: ${error.message} in the middle of an answer`);
        });
      });
      let kept = false;
      request.on("socket", (socket) => {
        // Node's own word, `reusedSocket`, leaves out requests that waited for a connection.
        kept = this.used.has(socket);
        this.used.add(socket);
      });
      request.on("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
      request.on("error", (error: NodeJS.ErrnoException) => {
        if (kept && /^(?:ECONNRESET|EPIPE)$/.test(error.code ?? "")) resolve(closed);
        else resolve(`GET ${path}: ${error.message}`);
      });
    });
  }
}

/** Connects to an address whatever the host name, and believes the gateway's own authority. */
function agentTo(address: string): https.Agent {
  const lookup: net.LookupFunction = (_name, { all }, done) => {
    if (all === true) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  };
  return new https.Agent({
    keepAlive: true,
    maxSockets: connections,
    rejectUnauthorized: false,
    lookup,
  });
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

const [url = "", address = "", perSecond] = process.argv.slice(2);
const generator = new Generator(url, address, Number(perSecond));
try {
  // Linux shares its processors between terminals first: within one, being nice to nobody is not enough to be ahead.
  execFileSync("chrt", ["--all-tasks", "--rr", "--pid", "1", String(process.pid)], { stdio: "ignore" });
} catch {
  // Only root may, on Linux; elsewhere the figures hold what the release takes from the one who asks, too.
}
const answers: Record<string, () => unknown> = {
  finished: () => generator.finished,
  cut: () => generator.cut(),
  stop: () => generator.stop(),
};
process.on("message", (question: string) => {
  void Promise.resolve(answers[question]?.()).then((answer) => process.send?.(answer));
});
process.on("disconnect", () => process.exit());
