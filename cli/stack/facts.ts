import { portsIn, type PublishedPorts } from "../../components/environment/local-run.ts";
import { namesOf } from "../../components/naming/names.ts";
import { isOfWorkspace } from "../../components/settings/configuration.ts";
import { listContainers, withRestarts, type Container } from "../docker/containers.ts";
import { routeDrift } from "../drift/route.ts";
import type { Run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { StackState } from "../pulumi/stacks.ts";
import { environmentNameIn, stackOutputs } from "../pulumi/state.ts";
import { namespaceOf } from "./settings.ts";

/** The facts of an environment in its state and, where it is on this machine's engine, there. */
export interface EnvironmentFacts {
  readonly stack: string;
  readonly namespace: string;
  /** True for this working copy's environment, and for the one that all working copies share. */
  readonly current: boolean;
  /** The id of what it released last. */
  readonly release: string | undefined;
  readonly address: string | undefined;
  /** The time when anything of it was last made or changed. */
  readonly changed: string | undefined;
  /** The published ports of services and backing services; none but on this machine. */
  readonly ports: PublishedPorts;
  /** Its containers, running or not; undefined where they cannot be seen from here. */
  readonly containers: readonly Container[] | undefined;
  /** The gateway's difference from what the last complete run left; undefined also where it cannot be seen. */
  readonly route: string | undefined;
}

/** The place from which an environment is looked at. */
export interface Viewpoint {
  readonly project: Project;
  readonly given: NodeJS.ProcessEnv;
  /** True when this machine's engine answers. */
  readonly engineAnswers: boolean;
}

/** The facts of an environment, by the state of its stack. */
export async function environmentFacts(
  { stack, deployment }: StackState,
  { project, given, engineAnswers }: Viewpoint,
  run: Run,
): Promise<EnvironmentFacts> {
  const outputs = stackOutputs(deployment) as { namespace?: string; url?: string; release?: { id?: string } };
  // One that was destroyed has neither.
  const told = outputs.namespace ?? environmentNameIn(deployment);
  const namespace = told === "" ? namespaceOf(project, stack, given) : told;
  const visible = isOfWorkspace(stack) && engineAnswers;
  const changed = deployment.resources.flatMap(({ modified }) => modified ?? []).sort();
  return {
    stack,
    namespace,
    current: !isOfWorkspace(stack) || namespace === namespaceOf(project, stack, given),
    release: outputs.release?.id,
    address: outputs.url,
    changed: changed.at(-1),
    ports: isOfWorkspace(stack) ? portsIn(outputs) : {},
    containers: visible ? await withRestarts(run, await listContainers(run, namespace)) : undefined,
    route: visible
      ? await routeDrift(deployment, { gateway: namesOf(namespace).gateway, name: namespace }, run)
      : undefined,
  };
}
