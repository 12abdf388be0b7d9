import type { HostView } from "../host/host-view.ts";
import { InputError } from "../input/input-error.ts";
import { activatorCommand, type ActivatorAnswers } from "./question.ts";

/** The time that the activator may take, in seconds: others are put to sleep, and one wakes. */
const answerSeconds = 160;

/**
 * Asks the activator of a host.
 *
 * @param container the activator's
 * @throws InputError when it does not answer
 */
export async function askActivator<Operation extends keyof ActivatorAnswers>(
  host: Pick<HostView, "run">,
  container: string,
  operation: Operation,
  about: { readonly namespace?: string; readonly memory?: number } = {},
): Promise<ActivatorAnswers[Operation]> {
  const answer = await host.run(container, activatorCommand({ operation, ...about }), answerSeconds);
  if (answer !== undefined) return JSON.parse(answer) as ActivatorAnswers[Operation];
  throw new InputError([
    `towpath:gateway: the program that wakes previews was asked, got no answer to "${operation}"; see why on the host with docker logs ${container}`,
  ]);
}
