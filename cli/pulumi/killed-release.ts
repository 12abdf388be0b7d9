import { connect } from "../../components/host/connection.ts";
import { engineAddress, type HostConnection } from "../../components/host/ssh-config.ts";
import { HostProblem } from "../../components/host/ssh-failure.ts";
import { findDrift, viewEngine, type Drift } from "../docker/drift.ts";
import { isUp } from "../docker/start-stop.ts";
import { hostsOfStack } from "../hosts.ts";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress/progress.ts";
import type { Run } from "../run.ts";
import { clearInterruptedRun } from "./interrupted-run.ts";
import { clearDeadLocks, readLocks } from "./locks.ts";
import type { PulumiCall } from "./operation.ts";
import { readDeployment } from "./state.ts";

/**
 * Clears up after a release that was killed, before the next one: its lock, and on the hosts the containers that no state
 * knows. Users never got to those, for the switch comes after them.
 *
 * @throws Problem while another run is at work, which is never disturbed
 */
export async function clearKilledRelease(call: PulumiCall, run: Run, progress: Progress): Promise<void> {
  for (const line of clearDeadLocks(readLocks(call))) progress.say(line);
  const deployment = await readDeployment(call, run);
  if (deployment === undefined || deployment.pending_operations.length === 0) return;
  // Connections are relative to the project's folder, as for its programs.
  process.chdir(call.project.root);
  const { settings, connections } = await hostsOfStack(call, run);
  for (const connection of Object.values(connections)) {
    await connected(connection);
    const there = onHost(connection, run);
    const view = await viewEngine(there, settings.namespace);
    const drift = withoutSteps(findDrift(deployment, view));
    await clearInterruptedRun({ call, deployment, drift, view }, there, progress);
  }
}

/** A migration or a dump that still runs ends by itself: the step that begins it again waits for it. */
export function withoutSteps(drift: Drift): Drift {
  const unknown = drift.unknown.filter(({ part, state }) => part !== "migration" || !isUp(state));
  return { ...drift, unknown };
}

/** Runs the docker client on a host's engine, and everything else as it is. */
export function onHost(connection: HostConnection, run: Run): Run {
  return (command, args, settings = {}) => {
    if (command !== "docker") return run(command, args, settings);
    const environment = { ...(settings.environment ?? process.env), DOCKER_HOST: engineAddress(connection) };
    return run(command, args, { ...settings, environment });
  };
}

async function connected(connection: HostConnection): Promise<void> {
  try {
    await connect(connection);
  } catch (error) {
    throw error instanceof HostProblem ? new Problem(error.message) : error;
  }
}
