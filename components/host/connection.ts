import { execa } from "execa";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { text } from "node:stream/consumers";
import { http } from "../../setup/speed/http.mjs";
import { defined } from "../input/defined.ts";
import { until } from "../input/until.ts";
import type { AgentCredential, CredentialSource } from "../settings/credential.ts";
import type { HostSettings } from "../settings/host.ts";
import { timed } from "../timing/spans.ts";
import { shellWords } from "./shell-words.ts";
import {
  configFile,
  connectionFiles,
  connectTimeoutSeconds,
  jumpAlias,
  remoteSocket,
  socketFile,
  type HostConnection,
  type HostWithKeys,
} from "./ssh-config.ts";
import { explainSocket, explainSsh, HostProblem, lookAtSocket } from "./ssh-failure.ts";

/** The time that signing in may take, in seconds: a jump host has a time to connect of its own. */
const signInSeconds = 3 * connectTimeoutSeconds;

/** The time that the engine may take to answer before the connection is looked at, in seconds. */
const pingSeconds = 5;

/** The time to wait before the next try to connect, in seconds. */
const retrySeconds = 1;

/**
 * Writes down in a folder how the hosts are reached: ssh's configuration, the pinned keys, and the private keys that do not come from
 * the agent, for nobody else to read.
 *
 * Connections that are open are closed when anything of it is new: they would lead where the settings no longer point.
 */
export async function writeConnections(
  folder: string,
  hosts: Readonly<Record<string, HostSettings>>,
  credential: (source: CredentialSource | AgentCredential) => string | undefined,
): Promise<Record<string, HostConnection>> {
  const connections = Object.fromEntries(Object.keys(hosts).map((host) => [host, { host, folder }]));
  const withKeys = Object.entries(hosts).map(([host, settings]): [string, HostWithKeys] => [
    host,
    {
      settings,
      key: credential(settings.key),
      jumpKey: settings.jumpHost && credential(settings.jumpHost.key),
    },
  ]);
  const files = connectionFiles(folder, Object.fromEntries(withKeys));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const isNew = Object.entries(files).some(([name, content]) => readIfThere(`${folder}/${name}`) !== content);
  if (isNew) await closeConnections(folder);
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".key") && files[name] === undefined) rmSync(`${folder}/${name}`);
  }
  if (isNew) for (const [name, content] of Object.entries(files)) writeWhole(`${folder}/${name}`, content);
  return connections;
}

/** Closes the connections of a folder that are open. */
export async function closeConnections(folder: string): Promise<void> {
  const config = configFile({ folder });
  if (!existsSync(config)) return;
  const open = readdirSync(folder).filter((name) => name.endsWith(".control"));
  await Promise.all(
    open.map((name) => ssh({ folder, host: name.slice(0, -".control".length) }, ["-O", "exit"])),
  );
}

/**
 * Makes sure that the host's engine answers on this machine's socket, with one multiplexed connection that stays open for
 * the next call, in whatever process.
 *
 * A problem that may pass by itself (a reboot, a cut line, an engine that restarts) is tried again for
 * `patienceSeconds`, and `onWait` hears of it.
 *
 * @throws HostProblem
 */
export async function connect(
  connection: HostConnection,
  { patienceSeconds = 0, onWait }: { patienceSeconds?: number; onWait?: (problem: HostProblem) => void } = {},
): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  const problem = await until(
    async () => ((await answers(connection)) ? undefined : open(connection)),
    (found) => {
      if (found?.passes !== true) return true;
      if (Date.now() < deadline) onWait?.(found);
      return false;
    },
    { deadline, interval: retrySeconds * 1000 },
  );
  if (problem === undefined) return;
  // The next run must not find a session that was opened before a person changed the user's groups.
  await ssh(connection, ["-O", "exit"]);
  rmSync(socketFile(connection), { force: true });
  throw problem;
}

/** Tells whether a connection to the host was open and is gone: its socket stands there, and nobody answers. */
export async function wasLost(connection: HostConnection): Promise<boolean> {
  return existsSync(socketFile(connection)) && !(await answers(connection));
}

/** Tells whether the host's engine answers through the connection that is open. */
export function answers(connection: HostConnection): Promise<boolean> {
  return ask(connection, "/_ping").then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Returns the answer of the host's engine to a question of its API, such as `/version`. */
export async function askEngine(connection: HostConnection, path: string): Promise<unknown> {
  const { status, body } = await ask(connection, path).catch((error: unknown) => {
    throw explainSocket({ ...named(connection), found: (error as Error).message });
  });
  if (status !== 200) throw explainSocket({ ...named(connection), found: `${status} ${body}` });
  return JSON.parse(body) as unknown;
}

function ask(connection: HostConnection, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = http.request(
      {
        socketPath: socketFile(connection),
        path,
        headers: { host: "docker", connection: "close" },
        signal: AbortSignal.timeout(pingSeconds * 1000),
      },
      (answer) => {
        text(answer).then((body) => {
          resolve({ status: answer.statusCode ?? 0, body });
        }, reject);
      },
    );
    asked.on("error", reject);
    asked.end();
  });
}

/** The result of a command on a host. */
export interface HostAnswer {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs a command on the host, over the connection that `connect` opened. Secrets belong into `input`. */
export function runOnHost(
  connection: HostConnection,
  command: readonly string[],
  { input = "", timeoutSeconds }: { input?: string; timeoutSeconds: number },
): Promise<HostAnswer> {
  return ssh(connection, ["-T", connection.host, shellWords(command)], { input, timeoutSeconds });
}

/** Tries once to connect. Returns the problem when that failed. */
async function open(connection: HostConnection): Promise<HostProblem | undefined> {
  const signedIn = await ssh(connection, ["-T", connection.host, "true"], { timeoutSeconds: signInSeconds });
  if (signedIn.exitCode !== 0) return whyNot(connection, signedIn);
  await ssh(connection, [
    "-O",
    "forward",
    "-L",
    `${socketFile(connection)}:${remoteSocket}`,
    connection.host,
  ]);
  return (await answers(connection)) ? undefined : whyNoEngine(connection);
}

async function whyNot(connection: HostConnection, ending: SshAnswer): Promise<HostProblem> {
  const { host } = connection;
  const jump = isIn(connection, jumpAlias(host));
  if (!jump || ending.failure === "no client") return explained(connection, host, ending);
  // A multiplexed connection keeps what its way through the jump host says to itself.
  const alone = ["-o", "ControlMaster=no", "-o", "ControlPath=none", "-T"];
  const atJump = await ssh(connection, [...alone, jumpAlias(host), "true"], {
    timeoutSeconds: signInSeconds,
  });
  if (atJump.exitCode === 255 || atJump.timedOut) return explained(connection, jumpAlias(host), atJump);
  const again = await ssh(connection, [...alone, host, "true"], { timeoutSeconds: signInSeconds });
  return explained(connection, host, again.exitCode === 0 ? ending : again);
}

async function explained(
  connection: HostConnection,
  alias: string,
  { stderr, timedOut, failure }: SshAnswer,
): Promise<HostProblem> {
  const usesAgent = !existsSync(`${connection.folder}/${alias}.key`);
  const agent = usesAgent && stderr.includes("Permission denied") ? await agentKeys() : undefined;
  return explainSsh({
    host: connection.host,
    jump: alias !== connection.host,
    said: stderr,
    ...defined({ ended: failure }),
    ...(timedOut && { ended: { afterSeconds: signInSeconds } }),
    ...defined({ agent }),
  });
}

/** Returns the number of the agent's keys; `ssh-add` ends with 1 when there are none, with 2 when there is no agent. */
async function agentKeys(): Promise<number | "none"> {
  const { exitCode, stdout } = await execa("ssh-add", ["-l"], {
    reject: false,
    stdin: "ignore",
    timeout: 5000,
  });
  if (exitCode === 2) return "none";
  return exitCode === 1 ? 0 : stdout.split("\n").length;
}

async function whyNoEngine(connection: HostConnection): Promise<HostProblem> {
  const { exitCode, stdout } = await runOnHost(connection, ["sh", "-s"], {
    input: lookAtSocket,
    timeoutSeconds: signInSeconds,
  });
  const found = exitCode === 0 && stdout.trim() !== "" ? stdout.trim() : undefined;
  return explainSocket({ ...named(connection), found });
}

/** The host and its user, whom only the configuration names. */
function named(connection: HostConnection): { host: string; user: string } {
  const { host } = connection;
  const config = readIfThere(configFile(connection)) ?? "";
  const user = new RegExp(`^Host ${host}\\n(?:  .*\\n)*?  User (.*)$`, "m").exec(config)?.[1];
  return { host, user: user ?? "the user" };
}

interface SshAnswer extends HostAnswer {
  readonly failure?: "no client";
}

/** Runs ssh with the stack's configuration, in English whatever language the machine speaks. */
async function ssh(
  { folder, host }: HostConnection,
  args: readonly string[],
  { input, timeoutSeconds = pingSeconds }: { input?: string; timeoutSeconds?: number } = {},
): Promise<SshAnswer> {
  // ssh takes a host with every command for a connection that is open.
  const named = args[0] === "-O" && !args.includes(host) ? [...args, host] : args;
  const ended = await timed("call", "ssh", () =>
    execa("ssh", ["-F", configFile({ folder }), ...named], {
      reject: false,
      timeout: timeoutSeconds * 1000,
      env: { LC_ALL: "C" },
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    }),
  );
  const { exitCode, stdout, stderr, timedOut } = ended;
  return {
    exitCode,
    stdout,
    stderr,
    timedOut,
    ...(ended.code === "ENOENT" && { failure: "no client" as const }),
  };
}

function isIn(connection: HostConnection, alias: string): boolean {
  return (readIfThere(configFile(connection)) ?? "").split("\n").includes(`Host ${alias}`);
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** Writes a file for its owner alone, in one move: another run may be reading it. */
function writeWhole(file: string, content: string): void {
  const candidate = `${file}.${process.pid}`;
  writeFileSync(candidate, content, { mode: 0o600 });
  renameSync(candidate, file);
}
