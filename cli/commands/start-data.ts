import { setTimeout as wait } from "node:timers/promises";
import { localRunVariable, portsIn } from "../../components/environment/local-run.ts";
import { rankOf } from "../docker/containers.ts";
import { checkLocalEngine } from "../docker/local-engine.ts";
import { startContainers } from "../docker/start-stop.ts";
import type { Connections } from "../on-this-machine/connections.ts";
import { checkOutcome } from "../outcome.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { runOperation } from "../pulumi/operation.ts";
import { keepingSaltOut } from "../pulumi/salt.ts";
import { stackOutputs } from "../pulumi/state.ts";
import { createStack } from "../stack/create.ts";
import { clearInterruptedRun } from "../stack/interrupted-run.ts";
import { goingVolumes } from "../stack/going-volumes.ts";
import { machine, open, wake, type Session } from "../stack/session.ts";
import type { Progress } from "../terminal/progress.ts";
import { columns } from "../terminal/table.ts";
import { connectionRows, publish, secondsSince } from "./start.ts";

/** The result of `towpath start --only data`; `--json` prints it as it is. */
export interface StartedData {
  readonly namespace: string;
  /** The addresses of the backing services that are published, without passwords, by name. */
  readonly connections: Connections;
  /** The file with the connections, passwords included; null where nothing is published. */
  readonly connectionsFile: string | null;
  readonly seconds: number;
}

/** Starts the local environment's backing services alone. Whatever else of it runs goes on as it is. */
export async function startData(progress: Progress, project: Project): Promise<StartedData> {
  const began = Date.now();
  const session = await open("start", progress, project);
  const isReleased = session.deployment?.resources.some(({ type }) => type === "towpath:release:Release");
  const outputs = isReleased === true ? await wakeData(session, progress) : await makeData(session, progress);
  const { namespace } = session;
  const published = await publish(project, namespace, portsIn(outputs));
  return { namespace, ...published, seconds: secondsSince(began) };
}

/** Brings the backing services of an environment up that has been started whole: only that start may change them. */
async function wakeData(session: Session, progress: Progress): Promise<Readonly<Record<string, unknown>>> {
  const { namespace, view, drift, moved, deployment } = session;
  const changed = view.containers.filter((one) => rankOf(one) === "backing service" && moved.has(one.part));
  if (drift.missing.length > 0 || changed.length > 0) {
    throw new Problem(onlyAsAWhole(namespace, [...drift.missing, ...changed.map(({ name }) => name)]));
  }
  const stopped = drift.stopped.filter((one) => rankOf(one) === "backing service");
  await startContainers(run, namespace, stopped, progress, wait);
  return stackOutputs(deployment);
}

/** Says that the backing services would have to be made anew beneath services that use them. */
export function onlyAsAWhole(namespace: string, changed: readonly string[]): string {
  return `--only data: ${namespace} has services that use what would be made again, got ${changed.join(", ")}; start all of it with npm start`;
}

async function makeData(session: Session, progress: Progress): Promise<Readonly<Record<string, unknown>>> {
  const { call, engine, deployment, drift } = session;
  if ((deployment?.resources.length ?? 0) === 0) await checkLocalEngine(run, engine);
  const environment = { ...call.environment, ...localRunVariable({ ports: session.ports, only: "data" }) };
  const outcome = await keepingSaltOut(call, session.ownPassphrase, async () => {
    await clearInterruptedRun({ ...session, machine }, run, progress, session);
    if (deployment === undefined) await createStack(call, run);
    for (const line of goingVolumes(session)) progress.say(line);
    await wake(session, progress);
    const flags = drift.missing.length > 0 ? ["--refresh"] : [];
    return runOperation("up", { ...call, environment }, progress, flags);
  });
  checkOutcome(outcome);
  return outcome.outputs;
}

/** Prints how to connect, for people. */
export function startedDataInWords({ namespace, ...published }: StartedData): string {
  const ports = connectionRows(published);
  const none: [string, string] = [
    "ports",
    "none; towpath:ports in Pulumi.local.yaml publishes them on 127.0.0.1, for example { postgres: 5433 }",
  ];
  return columns([
    ["backing services", namespace],
    ...(ports.length === 0 ? [none] : ports),
    ["all of it", "npm start (takes them over as they are)"],
    ["stop", "npm stop (keeps the data), npm run destroy (removes it)"],
  ]);
}
