import { noteSpan } from "../../components/timing/spans.ts";
import { duration } from "./duration.ts";

/** One piece of work that may take long enough to be worth a line. */
export interface Step {
  /** Shows what it is doing just now, beside it on a terminal. */
  detail(text: string): void;
  /** Reports that it has ended well. */
  done(): void;
  /** Reports that it has ended badly; the error is shown elsewhere. */
  failed(): void;
}

/** Progress of the work under way, for the person who waits. Steps that end within a second are never shown. */
export interface Progress {
  step(text: string): Step;
  /** Prints a line that stays. */
  say(line: string): void;
  /** Takes away what moves. Call it before anything else is printed. */
  stop(): void;
}

/** The terminal or file that progress is written to. */
export interface Screen {
  write(text: string): unknown;
  /** A terminal whose lines can be rewritten; elsewhere whole lines are appended. */
  readonly live: boolean;
  /** The width; 0 or undefined on a terminal that reports none. */
  readonly columns: number | undefined;
}

/** The time that a step may take in silence, in milliseconds. */
const quietFor = 1_000;
/** The time after which a step is mentioned again where lines cannot be rewritten, in milliseconds. */
const repeatAfter = 30_000;

/** The width taken for a terminal that reports none. */
const usualColumns = 80;

interface Running {
  readonly text: string;
  readonly started: number;
  detail: string;
  mentioned: number;
}

/** Progress on standard error: standard output is for results. */
export function showProgress(
  screen: Screen = {
    write: (text) => process.stderr.write(text),
    live: process.stderr.isTTY && process.env.CI === undefined && process.env.TERM !== "dumb",
    columns: process.stderr.columns,
  },
  now: () => number = Date.now,
): Progress & { draw(): void } {
  const running = new Set<Running>();
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;

  function erase(): void {
    if (drawn > 0) screen.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  }
  function line(step: Running, ending: string): string {
    return `${step.text} … ${ending}`;
  }
  function draw(): void {
    const shown = [...running].filter((step) => now() - step.started >= quietFor);
    if (screen.live) {
      erase();
      const told = screen.columns ?? 0;
      for (const step of shown) {
        const text = `  ${line(step, duration(now() - step.started))}${step.detail && `  ${step.detail}`}`;
        screen.write(text.slice(0, Math.max(20, (told === 0 ? usualColumns : told) - 1)) + "\n");
      }
      drawn = shown.length;
      return;
    }
    for (const step of shown) {
      if (step.mentioned !== 0 && now() - step.mentioned < repeatAfter) continue;
      const since = duration(now() - step.started);
      const again = line(step, step.detail === "" ? since : `${since} (${step.detail.slice(0, 100)})`);
      screen.write(`${step.mentioned === 0 ? `${step.text} …` : again}\n`);
      step.mentioned = now();
    }
  }
  function end(step: Running, ending: (time: string) => string): void {
    if (!running.delete(step)) return;
    noteSpan("command", step.text, step.started);
    const took = now() - step.started;
    if (took >= quietFor) say(`${screen.live ? "  " : ""}${line(step, ending(duration(took)))}`);
    if (running.size === 0) stop();
  }
  function say(text: string): void {
    if (screen.live) erase();
    screen.write(text + "\n");
    if (screen.live) draw();
  }
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    if (screen.live) erase();
  }
  return {
    draw,
    say,
    stop,
    step(text) {
      const step: Running = { text, started: now(), detail: "", mentioned: 0 };
      running.add(step);
      timer ??= setInterval(draw, screen.live ? 100 : 250).unref();
      return {
        detail: (detail) => (step.detail = detail.trim()),
        done: () => {
          end(step, (time) => (screen.live ? `${time} ✓` : `done in ${time}`));
        },
        failed: () => {
          end(step, (time) => `failed after ${time}`);
        },
      };
    },
  };
}

/** Does a piece of work as a step of its own. */
export async function asStep<T>(
  progress: Progress,
  text: string,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const step = progress.step(text);
  try {
    const result = await work(step);
    step.done();
    return result;
  } catch (error) {
    step.failed();
    throw error;
  }
}
