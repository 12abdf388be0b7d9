import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath, URL } from "node:url";
import { nodeProblem, useOf } from "./node-version.mjs";
import { runNpm } from "./npm.mjs";
import { providedFolder } from "./own-path.mjs";
import { provideNode } from "./provided-node.mjs";

/** The folder of the lock file that names the Node to provide. */
const lockFolder = fileURLToPath(new URL("node", import.meta.url));

/** The signals that a terminal sends to all that run on it. */
const fromTerminal = new Set(["SIGINT", "SIGHUP"]);

/**
 * Starts Node with other arguments in place of this process: this Node where Towpath runs on it, else the one that is
 * provided, which is then the first `node` on PATH as well, for Pulumi and the steps. What the process is asked, reads and
 * ends with are the other's.
 *
 * @param {readonly string[]} args
 */
export function startAgain(args) {
  const program = useOf(process.versions.node) === "run" ? process.execPath : provide();
  const child = spawn(program, args, { stdio: "inherit", env: environmentFor(program) });
  const atTerminal = [0, 1, 2].some((number) => isatty(number));
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) {
    process.on(signal, () => {
      // A second one counts as a stronger wish.
      if (!atTerminal || !fromTerminal.has(signal)) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    throw error;
  });
  child.on("close", (code, signal) => {
    if (signal === null) process.exit(code);
    // As it ended, so does this.
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** @param {string} program */
function environmentFor(program) {
  if (program === process.execPath) return process.env;
  const folder = dirname(program);
  return { ...process.env, [providedFolder]: folder, PATH: [folder, process.env.PATH ?? ""].join(delimiter) };
}

/** The provided Node; where there is none, the process ends and prints the reason. */
function provide() {
  const found = provideNode(lockFolder, {
    run: runNpm,
    say: (line) => process.stderr.write(line + "\n"),
  });
  if ("program" in found) return found.program;
  const problem = nodeProblem(process.versions.node, found.why);
  process.stderr.write([found.said, problem].filter(Boolean).join("\n\n") + "\n");
  process.exit(1);
}
