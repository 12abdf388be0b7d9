import { spawn } from "node:child_process";

/** A command that could not be started, or that failed; `stderr` holds its messages. */
export class CommandError extends Error {
  /** @param {string} message @param {string} stderr @param {string} stdout */
  constructor(message, stderr, stdout) {
    super(message);
    this.name = "CommandError";
    this.stderr = stderr;
    this.stdout = stdout;
  }
}

/** A command that this machine does not have. */
export class MissingCommandError extends CommandError {}

/**
 * Runs a command to its end and returns what it printed.
 *
 * An abort sends SIGINT, which all the commands used here answer by cleaning up, and still waits for the end.
 * `lock` is a file descriptor that the command keeps open: a lock on it lasts until the last such command is gone,
 * even when this process was killed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal | undefined, lock?: number | undefined }} [settings]
 * @returns {Promise<string>}
 * @throws {MissingCommandError}
 * @throws {CommandError} the command, its exit code and its last lines
 */
export function run(command, args, { cwd, env = process.env, signal, lock } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe", lock ?? "ignore"] });
    let stdout = "";
    let stderr = "";
    /** @type {Error | undefined} */
    let failure;
    const interrupt = () => child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt, { once: true });
    if (signal?.aborted) interrupt();
    child.stdout?.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stderr += text));
    child.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      failure =
        error.code === "ENOENT"
          ? new MissingCommandError(`${command}: not found; install it, or add its folder to PATH`, "", "")
          : error;
    });
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", interrupt);
      if (failure) reject(failure);
      else if (code === 0) resolve(stdout);
      else {
        const ending = killedBy ?? `exit code ${code}`;
        reject(
          new CommandError(
            `${command} ${args[0]}: failed, ${ending}\n${lastLines(stdout + stderr)}`,
            stderr,
            stdout,
          ),
        );
      }
    });
  });
}

/** @param {string} text */
function lastLines(text) {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
