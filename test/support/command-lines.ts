import { readdirSync, readFileSync } from "node:fs";

/** The interval between looks at the process table, in milliseconds. */
const interval = 25;

/** The command line of every process of this machine that was there at a look, since the first one. */
export class CommandLines {
  readonly seen = new Set<string>();
  private readonly timer = setInterval(() => {
    this.look();
  }, interval);

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        this.seen.add(readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It ended meanwhile.
      }
    }
  }
}
