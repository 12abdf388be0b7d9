import { execa, ExecaError } from "execa";

/** How long one call of the docker client may take unless the caller says otherwise, in seconds. */
const defaultTimeoutSeconds = 30;

/**
 * Runs the docker client and gives back what it printed.
 *
 * `input` goes to its standard input, which is the only way that secrets take. Fails with the client's own message.
 */
export async function docker(
  args: readonly string[],
  {
    input,
    timeoutSeconds = defaultTimeoutSeconds,
  }: { input?: string | Uint8Array; timeoutSeconds?: number } = {},
): Promise<string> {
  try {
    const { stdout } = await execa("docker", args, {
      timeout: timeoutSeconds * 1000,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.timedOut) {
      throw new Error(
        `docker ${args[0] ?? ""}: no answer within ${timeoutSeconds} s; is the Docker engine well?`,
        {
          cause: error,
        },
      );
    }
    throw new Error(`docker ${args[0] ?? ""}: ${message(error)}`, { cause: error });
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
