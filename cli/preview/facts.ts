import type { SharedGateway } from "../../components/gateway/shared-gateway.ts";
import { UserError } from "../../components/input/user-error.ts";
import type { PreviewFacts } from "../comment/facts.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks, type StackState } from "../pulumi/stacks.ts";
import { stackOutputs } from "../pulumi/state.ts";
import { environmentFacts } from "../stack/facts.ts";
import { previewSettings } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { roomOf, type PreviewRoom } from "./sleep.ts";

/** The preview as its state and its host have it; undefined where there is none. */
export async function previewFacts(
  stack: string,
  progress: Progress,
  project: Project,
): Promise<PreviewFacts | undefined> {
  const stacks = await listStacks(project, process.env, run);
  const found = stacks.find((one) => one.stack === stack);
  if (found === undefined) return undefined;
  const viewpoint = { project, given: process.env, engineAnswers: false };
  const { address, changed } = await environmentFacts(found, viewpoint, run);
  const { release } = stackOutputs(found.deployment) as { release?: { commit?: string } };
  return {
    ...{ stack, address },
    ...(await stateOnHost(stack, stacks, progress, project)),
    ...(release?.commit !== undefined && { commit: release.commit }),
    ...(changed !== undefined && { since: changed }),
  };
}

/** The state of a preview whose host gives previews room: asleep, or waiting; running where it has no such host, or that is away. */
async function stateOnHost(
  stack: string,
  stacks: readonly StackState[],
  progress: Progress,
  project: Project,
): Promise<Pick<PreviewFacts, "state" | "words">> {
  const settings = previewSettings(project);
  const shared = "gateway" in settings ? stacks.find((one) => one.stack === settings.gateway) : undefined;
  const { gateway } = stackOutputs(shared?.deployment) as {
    gateway?: Partial<SharedGateway>;
  };
  if (gateway?.activator === undefined) return { state: "running" };
  const room = await roomOf(stack, progress, project).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  return stateByRoom(room);
}

/** The state of a preview by its room on the host. */
export function stateByRoom({ awake, place }: PreviewRoom = {}): Pick<PreviewFacts, "state" | "words"> {
  if (place === undefined) return { state: awake === false ? "asleep" : "running" };
  const before = place === 1 ? "it is the next" : `${place - 1} ${place === 2 ? "is" : "are"} before it`;
  return { state: "waiting", words: `the host is full; ${before}` };
}
