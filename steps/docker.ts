import { execa, ExecaError } from "execa";
import { StepFailure } from "./program.ts";

/** How long one call of the docker client may take unless the caller says otherwise, in seconds. */
const defaultTimeoutSeconds = 30;

/** The docker client failed; the message is its own. */
export class DockerFailure extends StepFailure {}

/** The docker client did not end within its time. */
export class DockerTimeout extends DockerFailure {}

/** What a call is given besides its arguments. Secrets take one of these ways, for arguments can be read by everyone. */
export interface DockerCall {
  /** Goes to the client's standard input. */
  readonly input?: string | Uint8Array;
  /** Variables of the client, for `--env NAME` to pass on. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
}

/** Runs the docker client and gives back what it printed. Throws a DockerFailure. */
export async function docker(args: readonly string[], call: DockerCall = {}): Promise<string> {
  const { input, environment = {}, timeoutSeconds = defaultTimeoutSeconds } = call;
  try {
    const { stdout } = await execa("docker", args, {
      timeout: timeoutSeconds * 1000,
      env: environment,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const name = `docker ${args[0] ?? ""}`;
    if (error.timedOut) {
      throw new DockerTimeout(`${name}: no answer within ${timeoutSeconds} s; is the Docker engine well?`);
    }
    throw new DockerFailure(`${name}: ${message(error)}`);
  }
}

/** The client's own words; where it has none, what happened to it. */
function message({ stderr, shortMessage }: Pick<ExecaError, "stderr" | "shortMessage">): string {
  return typeof stderr === "string" && stderr !== "" ? stderr : shortMessage;
}

/** What the health gate has to know of a container. */
export interface ContainerState {
  readonly status: string;
  readonly exitCode: number;
  readonly restarts: number;
  readonly startedAt: Date;
}

/** The state of one container, by name or id. */
export async function inspectContainer(container: string): Promise<ContainerState> {
  const text = await docker(["container", "inspect", container]);
  const [found] = JSON.parse(text) as [
    { State: { Status: string; ExitCode: number; StartedAt: string }; RestartCount: number },
  ];
  return {
    status: found.State.Status,
    exitCode: found.State.ExitCode,
    restarts: found.RestartCount,
    startedAt: new Date(found.State.StartedAt),
  };
}

/** The last lines that a container logged, standard output and error together, each marked. */
export async function lastLogLines(container: string, count = 20): Promise<string> {
  const { all } = await execa("docker", ["logs", "--tail", String(count), container], {
    all: true,
    reject: false,
    timeout: defaultTimeoutSeconds * 1000,
    stdin: "ignore",
  });
  return all === ""
    ? "  (it logged nothing)"
    : all
        .split("\n")
        .map((line) => `  | ${line}`)
        .join("\n");
}
