import { execa, ExecaError } from "execa";
import { timed } from "../../components/timing/spans.ts";
import { StepFailure } from "../step-failure.ts";
import { reach, wasCut } from "./reach.ts";

/** The time that one call of the docker client may take by default, in seconds. */
export const defaultTimeoutSeconds = 30;

/** The time that a call may take which pulls an image first, in seconds. */
export const pullSeconds = 600;

/** The docker client failed; the message is its own, and the exit code too where it ended by itself. */
export class DockerFailure extends StepFailure {
  readonly exitCode: number | undefined;

  constructor(message: string, exitCode?: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The docker client did not end within its time. */
export class DockerTimeout extends DockerFailure {}

/** Options of a call. Secrets go by its input or its variables, for arguments can be read by everyone. */
export interface DockerCall {
  /** The client's standard input. */
  readonly input?: string | Uint8Array;
  /** Variables of the client, for `--env NAME` to pass on. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  /** True when it only looks, so that it can be given twice. */
  readonly looks?: boolean;
}

/**
 * The commands that have the same effect when they are given twice. A connection to a host that is cut during one of them
 * is opened again, and the command repeated: what it waits for goes on without it.
 */
const repeatable = new Set([
  "container",
  "cp",
  "inspect",
  "logs",
  "ps",
  "rm",
  "start",
  "stop",
  "update",
  "wait",
]);

/** Runs the docker client and returns what it printed. Throws a DockerFailure. */
export async function docker(args: readonly string[], call: DockerCall = {}): Promise<string> {
  const { timeoutSeconds = defaultTimeoutSeconds } = call;
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    await reach();
    try {
      return await callOnce(args, call, Math.max(1, deadline - Date.now()));
    } catch (error) {
      if (error instanceof DockerTimeout || !(error instanceof DockerFailure)) throw error;
      if (!(await wasCut(error.message))) throw error;
      if (call.looks !== true && !repeatable.has(args[0] ?? ""))
        throw new DockerFailure(cutMessage(error.message));
    }
  }
}

async function callOnce(
  args: readonly string[],
  { input, environment = {}, timeoutSeconds = defaultTimeoutSeconds }: DockerCall,
  milliseconds: number,
): Promise<string> {
  try {
    const { stdout } = await timed("call", `docker ${args[0] ?? ""}`, () =>
      execa("docker", args, {
        timeout: milliseconds,
        env: environment,
        ...(input === undefined ? { stdin: "ignore" as const } : { input }),
      }),
    );
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const name = `docker ${args[0] ?? ""}`;
    if (error.timedOut) {
      throw new DockerTimeout(`${name}: no answer within ${timeoutSeconds} s; is the Docker engine well?`);
    }
    throw new DockerFailure(`${name}: ${message(error)}`, error.exitCode);
  }
}

function cutMessage(said: string): string {
  return `${said}; the connection to the host was lost during this command: run "up" again, which goes on from here`;
}

/** The client's own words; where it has none, what happened to it. */
function message({ stderr, shortMessage }: Pick<ExecaError, "stderr" | "shortMessage">): string {
  return typeof stderr === "string" && stderr !== "" ? stderr : shortMessage;
}
