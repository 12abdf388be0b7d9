import type { HealthGateInput, HttpProbe } from "../../components/contract/health-gate.ts";
import { request } from "../machine/http.ts";
import type { CopyState, Machine } from "../machine/machine.ts";
import { pause, StepFailure } from "../program.ts";
import { waitingFor } from "../progress.ts";

/**
 * The time that a copy without a health check has to run before it counts as well, in seconds: as long as Swarm watches
 * one (`--update-monitor`). By this machine's clock: the host's may be ahead or behind.
 */
const settleSeconds = 5;

/** The time that one look tries a port that nobody listens on yet, in seconds: it costs less than two looks. */
const connectSeconds = 1;

/**
 * The time between two looks, in seconds: as long as the last one took, within these bounds. Each starts a process
 * beside the copy, and a command may cost much more than that: the copies that serve users have the same processors.
 */
const intervalSeconds = { least: 0.25, most: 1 };

/** The time before it shows what it waits for, in seconds: secrets in the copy's words are read first, which costs. */
const quietSeconds = 5;

/** Waits until a copy that runs is healthy. Throws a StepFailure with its last log lines when it does not become so. */
export async function healthy(machine: Machine, input: HealthGateInput): Promise<void> {
  const { subject, container: copy, probe, timeoutSeconds, pids } = input;
  const started = Date.now();
  const deadline = started + timeoutSeconds * 1000;
  let limited = pids === undefined;
  let earlierRestarts: number | undefined;
  let runsSince: number | undefined;
  for (;;) {
    const began = Date.now();
    const [state, isLimited] = await Promise.all([
      machine.state(copy),
      limited || pids === undefined || machine.limitProcesses(copy, pids),
    ]);
    limited = isLimited;
    earlierRestarts ??= await restartsBefore(machine, state, timeoutSeconds);
    const isOver = Date.now() > deadline;
    // What was restarted before the first look, and is being restarted when the time is up, never ran for long.
    const keepsEnding = isOver && !state.runs && state.restarts > 0;
    if (state.hasEnded || state.restarts > earlierRestarts || keepsEnding) {
      throw new StepFailure(
        `${subject}: the new copy ended before it was healthy (exit code ${await exitCode(machine, copy, state)}); ` +
          `its last log lines (${copy}):\n${await machine.log(copy)}`,
      );
    }
    runsSince = state.runs ? (runsSince ?? began) : undefined;
    const ill = limited
      ? await illness(machine, copy, { runsSince, probe })
      : "its processes cannot be limited";
    if (ill === undefined) return;
    if (Date.now() - started > quietSeconds * 1000) {
      const fit = await machine.knowSecrets(copy).then(
        () => `, ${ill}`,
        () => "",
      );
      waitingFor(`${subject}: not healthy yet${fit}`);
    }
    if (isOver) {
      throw new StepFailure(
        `${subject}: not healthy within ${timeoutSeconds} s, ${ill}; ` +
          `its last log lines (${copy}):\n${await machine.log(copy)}`,
      );
    }
    await pause(untilNext(probe, (Date.now() - began) / 1000));
  }
}

/**
 * The number of restarts of the copy before this gate looks at it. A new one must have none; one that serves already,
 * and is looked at again because its limits changed, may have been started again at any time.
 */
async function restartsBefore(
  machine: Machine,
  { restarts, createdAt }: CopyState,
  timeoutSeconds: number,
): Promise<number> {
  if (restarts === 0) return 0;
  const age = (await machine.time()).getTime() - createdAt.getTime();
  return age > timeoutSeconds * 1000 ? restarts : 0;
}

/** The time to wait after a look that took so many seconds, in seconds. */
function untilNext(probe: HealthGateInput["probe"], lookSeconds: number): number {
  const { least, most } = intervalSeconds;
  // A look over HTTP is spent waiting.
  return probe !== undefined && "path" in probe ? least : Math.min(most, Math.max(least, lookSeconds));
}

/** The exit code of the copy; of one that runs again, the code of its next end. */
async function exitCode(
  machine: Machine,
  copy: string,
  { runs, exitCode: last }: CopyState,
): Promise<string> {
  if (!runs) return String(last);
  return machine.exitCode(copy).then(String, () => "unknown, it runs again");
}

/** The reason why the copy is not healthy yet; undefined when it is. */
async function illness(
  machine: Machine,
  copy: string,
  { runsSince, probe }: { runsSince: number | undefined; probe: HealthGateInput["probe"] },
): Promise<string | undefined> {
  if (probe === undefined) {
    const settled = runsSince !== undefined && Date.now() - runsSince >= settleSeconds * 1000;
    return settled ? undefined : "it has not run long enough";
  }
  if ("path" in probe) return httpIllness(machine, copy, probe);
  try {
    await machine.run(copy, probe.command, { timeoutSeconds: 10 });
    return undefined;
  } catch (error) {
    return `${named(probe.command)} says: ${(error as Error).message.trim()}`;
  }
}

/** A command as messages call it: one of a few words by these. */
function named(command: readonly string[]): string {
  const line = command.join(" ");
  return line.length > 80 ? "its health check" : `"${line}"`;
}

async function httpIllness(
  machine: Machine,
  copy: string,
  { gateway, path, port, headers = {} }: HttpProbe,
): Promise<string | undefined> {
  try {
    const { status, body } = await request(
      machine,
      { gateway, host: copy, port },
      { path, headers, connectSeconds },
    );
    if (status >= 200 && status < 400) return undefined;
    return `GET ${path} answers ${status} ${body.slice(0, 200)}`.trim();
  } catch (error) {
    return `GET ${path} on port ${port}: ${(error as Error).message}`;
  }
}
