import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../input-error.ts";
import { engineAddress, type HostConnection } from "./ssh-config.ts";
import { saysCut } from "./ssh-failure.ts";

/** Who signs in to a registry. */
export interface RegistryAccount {
  readonly address: string;
  readonly user: string;
  readonly password: string;
}

/** What a call of the docker client left. */
export interface EngineAnswer {
  readonly succeeded: boolean;
  /** Left out where the client did not end by itself. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long one call may take unless the caller says otherwise, in seconds. */
const defaultTimeoutSeconds = 30;

/**
 * Runs the docker client against the engine of a host whose connection is open.
 *
 * @throws InputError when that connection is cut: the answer would be taken for the command's own
 */
export async function askDocker(
  connection: HostConnection,
  args: readonly string[],
  timeoutSeconds = defaultTimeoutSeconds,
): Promise<EngineAnswer> {
  const { failed, exitCode, timedOut, stdout, stderr } = await execa("docker", args, {
    // What points the client elsewhere in a person's own environment does not count.
    env: { DOCKER_HOST: engineAddress(connection), DOCKER_CONTEXT: undefined, DOCKER_TLS_VERIFY: undefined },
    timeout: timeoutSeconds * 1000,
    reject: false,
    stdin: "ignore",
  });
  if (failed && saysCut(stderr)) throw new InputError([connectionLost(connection.host)]);
  if (timedOut) return { succeeded: false, stdout, stderr: `no answer within ${timeoutSeconds} s` };
  return { succeeded: !failed, exitCode, stdout, stderr };
}

/** Says that the connection was cut before anything was made. */
export function connectionLost(host: string): string {
  return `towpath:hosts.${host}: the connection was lost while the plan was made, got no answer from its Docker engine; nothing was changed, run the command again`;
}

/** How long an image may take to be pulled, in seconds. */
const pullSeconds = 900;

/** Makes sure that the host has an image, by its reference with a digest; gives back why it cannot have it. */
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
  return signedIn(account, async (options) => {
    const { succeeded, stderr } = await askDocker(
      connection,
      [...options, "pull", "--quiet", reference],
      pullSeconds,
    );
    return succeeded ? undefined : stderr.trim();
  });
}

/** Calls something with the options by which the client signs in, from a file that nobody else can read. */
async function signedIn<T>(
  account: RegistryAccount | undefined,
  call: (options: readonly string[]) => Promise<T>,
): Promise<T> {
  if (account === undefined) return call([]);
  const folder = mkdtempSync(join(tmpdir(), "towpath-registry-"));
  try {
    const { address, user, password } = account;
    // The client knows Docker Hub by its first address.
    const server = address === "docker.io" ? "https://index.docker.io/v1/" : address;
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [server]: { auth } } }), {
      mode: 0o600,
    });
    return await call(["--config", folder]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
