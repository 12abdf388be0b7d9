import { setTimeout as wait } from "node:timers/promises";
import type { Ports } from "../../components/settings/ports.ts";
import type { Settings } from "../../components/settings/settings.ts";
import { startContainers } from "../docker/start-stop.ts";
import { findDrift, viewWholeEngine, type Drift, type WholeEngineView } from "../drift/engine.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { foldersOf } from "../pulumi/folders.ts";
import { clearDeadLocks, readLocks } from "../pulumi/locks.ts";
import { usesOwnPassphrase } from "../pulumi/passphrase.ts";
import { environmentNameIn, readDeployment, stackOutputs, type Deployment } from "../pulumi/state.ts";
import { getReady, type Need, type Ready } from "../setup/machine.ts";
import type { Progress } from "../terminal/progress.ts";
import { withPort } from "./local-port.ts";
import { namespaceWarning, settingsOf } from "./settings.ts";

/** The stack that start, stop and destroy are about. */
export const stack = "local";

/** The name in messages of the machine that it runs on. */
export const machine = "this machine's engine";

/** The facts of the local environment before anything is done to it. */
export interface Session {
  readonly call: PulumiCall;
  readonly engine: Ready["engine"];
  readonly settings: Settings;
  /** The namespace on the engine: that of the state, when there is one. */
  readonly namespace: string;
  readonly deployment: Deployment | undefined;
  readonly view: WholeEngineView;
  readonly drift: Drift;
  /** The parts whose containers get other ports than they have: somebody else may have theirs by now. */
  readonly moved: ReadonlySet<string>;
  /** The ports that lead to services and backing services; none where nothing is released. */
  readonly ports: Ports;
  /** True when the passphrase is this clone's own. */
  readonly ownPassphrase: boolean;
}

/**
 * Sets the machine up as far as is needed, and looks at what there is: settings, locks, state and containers. Nothing of
 * the environment is changed: it fails first when the settings cannot be used or another run is at work.
 */
export async function open(need: Need, progress: Progress, project: Project): Promise<Session> {
  const settings = settingsOf(project, stack);
  const warning = namespaceWarning(project, stack);
  if (warning !== undefined) progress.say(warning);
  const folders = foldersOf(project, stack, settings.namespace);
  const { engine, environment } = await getReady(project, { ...settings, folders }, need, progress);
  const call = { project, stack, environment, logFolder: folders.logs };
  for (const line of clearDeadLocks(readLocks(call))) progress.say(line);
  const deployment = await readDeployment(call, run);
  const { namespace: before } = stackOutputs(deployment);
  const namespace = typeof before === "string" ? before : settings.namespace;
  const view = await viewWholeEngine(run, namespace);
  const drift = findDrift(deployment ?? { resources: [] }, view);
  // Only a release needs the port: the program is not run by the other commands.
  const ported =
    need === "start"
      ? await withPort({ ...call, engine, settings, deployment }, progress)
      : { environment, settings, ports: {}, moved: new Set<string>() };
  return {
    call: { ...call, environment: ported.environment, environmentName: environmentNameIn(deployment) },
    engine,
    settings: ported.settings,
    moved: ported.moved,
    ports: ported.ports,
    namespace,
    deployment,
    view,
    drift,
    ownPassphrase: usesOwnPassphrase(),
  };
}

/** Brings containers back that were stopped, by us, by hand or by a reboot. */
export async function wake({ namespace, drift, moved }: Session, progress: Progress): Promise<void> {
  const same = drift.stopped.filter(({ part }) => !moved.has(part));
  await startContainers(run, namespace, same, progress, wait);
}
