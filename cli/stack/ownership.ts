import { readMark, runLabel } from "../../components/naming/run-mark.ts";
import type { Container } from "../docker/containers.ts";
import { isOneOff } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import type { EngineView } from "../drift/engine.ts";
import type { Deployment } from "../pulumi/state.ts";

const containerType = "docker:index/container:Container";
const networkType = "docker:index/network:Network";

/** The things in a namespace that are not in the state, by whose they are. */
export interface Unknown {
  /** Made by a run of this state that was killed: it had begun them, and the state never heard of their end. */
  readonly left: readonly Container[];
  /** The networks among these, by id. */
  readonly leftNetworks: readonly string[];
  /** Everything else: it belongs to another state, or to a newer copy of this one. */
  readonly foreign: readonly Container[];
  /** The networks that are not in the state and were not left, by id. */
  readonly foreignNetworks: readonly string[];
}

/**
 * Tells the things that a killed run left from those that are somebody else's.
 *
 * A state names what a run had begun to make, with the name that it would have. A copy's name has random digits, so only
 * that run can have made it. Where names are fixed, the mark of the run decides, which the state and the thing both have.
 * A step's own container serves nobody: one that runs is left to the step that waits for it.
 */
export function tellApart(deployment: Deployment | undefined, view: EngineView): Unknown {
  const { resources, pending_operations } = deployment ?? { resources: [], pending_operations: [] };
  const known = new Set(resources.map(({ id }) => id));
  const begun = pending_operations.map(({ resource }) => resource);
  const marksOf = (type: string, name?: string): (string | undefined)[] =>
    begun
      .filter((one) => one.type === type && (name === undefined || one.inputs?.name === name))
      .map(({ inputs }) => markIn(inputs?.labels));
  const isLeft = (one: Container): boolean =>
    isOneOff(one)
      ? !isUp(one.state)
      : marksOf(containerType, one.name).some((mark) =>
          // Only a copy has a name of its own; it carries no mark, which would replace it with each run.
          mark === undefined ? one.release !== undefined : mark === one.run,
        );
  const unknown = view.containers.filter(({ id }) => !known.has(id));
  const networks = view.networks.filter(({ id }) => !known.has(id));
  const marks = marksOf(networkType);
  const isLeftNetwork = ({ run }: { run?: string }): boolean => run !== undefined && marks.includes(run);
  return {
    left: unknown.filter(isLeft),
    foreign: unknown.filter((one) => !isLeft(one) && !isOneOff(one)),
    leftNetworks: networks.filter(isLeftNetwork).map(({ id }) => id),
    foreignNetworks: networks.filter((one) => !isLeftNetwork(one)).map(({ id }) => id),
  };
}

/** Says that a namespace is not this state's to change. */
export function belongsToAnother(namespace: string, machine: string, foreign: readonly Container[]): string {
  const names = foreign.map(({ name }) => name).join(", ");
  const mark = foreign.map(({ run }) => readMark(run ?? "")).find((found) => found !== undefined);
  const from =
    mark === undefined
      ? `made on ${foreign[0]?.created?.slice(0, 16) ?? "an unknown day"} by a state that they do not name`
      : `made by ${mark.who} on ${mark.when} with the state ${mark.state}`;
  return (
    `towpath:namespace: ${namespace} on ${machine} holds containers that this state does not know, got ${names}, ${from}; ` +
    `go on with that state or its newest copy, choose another namespace, or give them up: ` +
    `${takeOverVariable}=${namespace} removes these containers, and no volume`
  );
}

/** The variable that names the namespace whose containers a person gives up. */
export const takeOverVariable = "TOWPATH_TAKE_OVER";

function markIn(labels: unknown): string | undefined {
  if (!Array.isArray(labels)) return undefined;
  const found = (labels as { label?: unknown; value?: unknown }[]).find(({ label }) => label === runLabel);
  return typeof found?.value === "string" ? found.value : undefined;
}
