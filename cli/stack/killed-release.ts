import { connect } from "../../components/host/connection.ts";
import { engineAddress, type HostConnection } from "../../components/host/ssh-config.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { Run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { clearDeadLocks, readLocks } from "../pulumi/locks.ts";
import { readDeployment } from "../pulumi/state.ts";
import type { Progress } from "../terminal/progress.ts";
import { hostsOfStack } from "./hosts.ts";
import { clearInterruptedRun, lookAt, type Look, type OwnNamespace } from "./interrupted-run.ts";

/**
 * Makes sure that a stack's namespace is its own on its hosts, and clears up after a release that was killed, before the
 * next one: its lock, and what it had begun to make. Users never got to that, for the switch comes after it.
 *
 * @throws Problem while another run is at work, which is never disturbed, and for a namespace of another state
 */
export async function clearKilledRelease(call: PulumiCall, run: Run, progress: Progress): Promise<void> {
  for (const line of clearDeadLocks(readLocks(call))) progress.say(line);
  // Connections are relative to the project's folder, as for its programs.
  const before = process.cwd();
  process.chdir(call.project.root);
  try {
    for (const { own, onMachine, look } of await lookUnlessUnreachable(call, run))
      await clearInterruptedRun(own, onMachine, progress, look);
  } finally {
    process.chdir(before);
  }
}

/** A namespace on a host whose connection is open, and the state and the engine's view of it. */
interface HostLook {
  readonly own: OwnNamespace;
  /** Runs the docker client on the host's engine. */
  readonly onMachine: Run;
  readonly look: Look;
}

async function lookAtHosts(call: PulumiCall, run: Run): Promise<HostLook[]> {
  const { connections, settings } = await hostsOfStack(call, run);
  const looking = Object.entries(connections).map(async ([machine, connection]) => {
    await connect(connection);
    const own = { call, namespace: settings.namespace, machine };
    const onMachine = onHost(connection, run);
    return { own, onMachine, look: await lookAt(own, onMachine) };
  });
  return Promise.all(looking);
}

/**
 * Looks at the hosts. Nothing where they cannot be reached and nothing has to be cleared: the program then reports the
 * problem, before it touches anything.
 */
async function lookUnlessUnreachable(call: PulumiCall, run: Run): Promise<HostLook[]> {
  try {
    return await lookAtHosts(call, run);
  } catch (error) {
    if (error instanceof UserError && !(await wasKilled(call, run))) return [];
    throw error;
  }
}

/** Tells whether the state names what a run had begun when it ended. */
async function wasKilled(call: PulumiCall, run: Run): Promise<boolean> {
  const deployment = await readDeployment(call, run);
  return deployment !== undefined && deployment.pending_operations.length > 0;
}

/** Runs the docker client on a host's engine, and everything else as it is. */
export function onHost(connection: HostConnection, run: Run): Run {
  return (command, args, settings = {}) => {
    if (command !== "docker") return run(command, args, settings);
    return run(command, args, {
      ...settings,
      environment: clientVariables(connection, settings.environment),
    });
  };
}

/** The variables with which the docker client talks to a host's engine, whatever else a person points it to. */
export function clientVariables(
  connection: HostConnection,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const elsewhere = { DOCKER_CONTEXT: undefined, DOCKER_TLS_VERIFY: undefined };
  return { ...environment, ...elsewhere, DOCKER_HOST: engineAddress(connection) };
}
