import { connect } from "../../components/host/connection.ts";
import { engineAddress, type HostConnection } from "../../components/host/ssh-config.ts";
import { HostProblem } from "../../components/host/ssh-failure.ts";
import { InputError } from "../../components/input/input-error.ts";
import { hostsOfStack, type StackHosts } from "../hosts.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress/progress.ts";
import type { Run } from "../run.ts";
import { clearInterruptedRun } from "./interrupted-run.ts";
import { clearDeadLocks, readLocks } from "./locks.ts";
import type { PulumiCall } from "./operation.ts";
import { readDeployment } from "./state.ts";

/**
 * Makes sure that a stack's namespace is its own on its hosts, and clears up after a release that was killed, before the
 * next one: its lock, and what it had begun to make. Users never got to that, for the switch comes after it.
 *
 * @throws Problem while another run is at work, which is never disturbed, and for a namespace of another state
 */
export async function clearKilledRelease(call: PulumiCall, run: Run, progress: Progress): Promise<void> {
  for (const line of clearDeadLocks(readLocks(call))) progress.say(line);
  const deployment = await readDeployment(call, run);
  const wasKilled = deployment !== undefined && deployment.pending_operations.length > 0;
  // Connections are relative to the project's folder, as for its programs.
  const before = process.cwd();
  process.chdir(call.project.root);
  try {
    const stack = await reached(call, run, wasKilled);
    for (const [machine, connection] of Object.entries(stack?.connections ?? {})) {
      const own = { call, namespace: stack?.settings.namespace ?? "", machine };
      await clearInterruptedRun(own, onHost(connection, run), progress);
    }
  } finally {
    process.chdir(before);
  }
}

/**
 * The hosts, with open connections. Undefined where they cannot be reached and nothing has to be cleared: the program then
 * says what is wrong, before it touches anything.
 */
async function reached(call: PulumiCall, run: Run, wasKilled: boolean): Promise<StackHosts | undefined> {
  try {
    const stack = await hostsOfStack(call, run);
    for (const connection of Object.values(stack.connections)) {
      await connect(connection);
      if (!wasKilled && (await onHost(connection, run)("docker", ["version"])).code !== 0) return undefined;
    }
    return stack;
  } catch (error) {
    const expected = [HostProblem, InputError, Problem].some((kind) => error instanceof kind);
    if (expected && !wasKilled) return undefined;
    throw error instanceof HostProblem ? new Problem(error.message) : error;
  }
}

/** Runs the docker client on a host's engine, and everything else as it is. */
export function onHost(connection: HostConnection, run: Run): Run {
  return (command, args, settings = {}) => {
    if (command !== "docker") return run(command, args, settings);
    const environment = { ...(settings.environment ?? process.env), DOCKER_HOST: engineAddress(connection) };
    return run(command, args, { ...settings, environment });
  };
}
