import { execa } from "execa";
import { InputError } from "../input/input-error.ts";
import { timed } from "../timing/spans.ts";
import { loginVariables } from "./docker-login.ts";
import type { RegistryAccount } from "./registry-account.ts";
import { engineAddress, type HostConnection } from "./ssh-config.ts";
import { saysCut } from "./ssh-failure.ts";

/** The result of a call of the docker client. */
export interface EngineAnswer {
  readonly succeeded: boolean;
  /** The exit code; left out where the client did not end by itself. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The time that one call may take unless the caller says otherwise, in seconds. */
const defaultTimeoutSeconds = 30;

/**
 * Runs the docker client against the engine of a host whose connection is open.
 *
 * @param account who signs in to a registry, where the client talks to one
 * @param input the command's standard input; left out, it has none
 * @throws InputError when that connection is cut: the answer would be taken for the command's own
 */
export async function askDocker(
  connection: HostConnection,
  args: readonly string[],
  timeoutSeconds = defaultTimeoutSeconds,
  account?: RegistryAccount,
  input?: string,
): Promise<EngineAnswer> {
  const { failed, exitCode, timedOut, stdout, stderr } = await timed("call", `docker ${args[0] ?? ""}`, () =>
    execa("docker", args, {
      // What points the client elsewhere in a person's own environment does not count.
      env: {
        DOCKER_HOST: engineAddress(connection),
        DOCKER_CONTEXT: undefined,
        DOCKER_TLS_VERIFY: undefined,
        ...(account !== undefined && loginVariables(account, ".", process.env.PATH)),
      },
      timeout: timeoutSeconds * 1000,
      reject: false,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    }),
  );
  if (failed && saysCut(stderr)) throw new InputError([connectionLost(connection.host)]);
  if (timedOut) return { succeeded: false, stdout, stderr: `no answer within ${timeoutSeconds} s` };
  return { succeeded: !failed, exitCode, stdout, stderr };
}

/** Says that the connection was cut before anything was made. */
export function connectionLost(host: string): string {
  return `towpath:hosts.${host}: the connection was lost while the plan was made, got no answer from its Docker engine; nothing was changed, run the command again`;
}

/** The time that an image may take to be pulled, in seconds. */
const pullSeconds = 900;

/** Makes sure that the host has an image, by its reference with a digest. Returns the reason when it cannot have it. */
export async function pull(
  connection: HostConnection,
  reference: string,
  account: RegistryAccount | undefined,
): Promise<string | undefined> {
  const { succeeded: isThere } = await askDocker(connection, [
    "image",
    "inspect",
    "--format",
    "-",
    reference,
  ]);
  if (isThere) return undefined;
  const pulling = ["pull", "--quiet", reference];
  const { succeeded, stderr } = await askDocker(connection, pulling, pullSeconds, account);
  return succeeded ? undefined : stderr.trim();
}
