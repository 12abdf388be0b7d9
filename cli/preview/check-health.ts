import type { SwitchRouteInput } from "../../components/contract/switch-route.ts";
import { HostProblem } from "../../components/host/ssh-failure.ts";
import { defined } from "../../components/input/defined.ts";
import type { CheckFacts } from "../comment/facts.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import type { RunningRelease } from "../pulumi/steps.ts";
import { openHosts } from "../stack/hosts.ts";
import { runStep } from "../stack/program.ts";
import type { Progress } from "../terminal/progress.ts";
import { wakeBefore } from "./sleep.ts";

/**
 * Wakes a preview where it sleeps, and repeats what its release looked at: whether each copy is healthy, and what users get.
 */
export async function checkHealth(
  call: PulumiCall,
  { steps }: RunningRelease,
  progress: Progress,
): Promise<CheckFacts> {
  const name = "health";
  try {
    const connections = await openHosts(call, run, progress);
    await wakeBefore(call, connections, progress);
    const [connection] = Object.values(connections);
    if (connection === undefined) throw new Error(`${call.stack} has no host`); // its settings demand one
    const wasEnded = `${call.stack}: a check of its health was ended, got no word of it; run the command again`;
    for (const { program, input } of steps) {
      if (program === "health-gate") {
        const words = `looking at ${(input as { subject: string }).subject}`;
        await runStep({ program, input, words, wasEnded }, connection, call, run, progress);
      } else if (program === "switch-route") {
        const { site, port, secure, checks } = input as SwitchRouteInput;
        const asked = { site, port, checks, ...defined({ secure }) };
        const words = "asking what users get";
        await runStep(
          { program: "check-route", input: asked, words, wasEnded },
          connection,
          call,
          run,
          progress,
        );
      }
    }
    return { name, passed: true };
  } catch (error) {
    if (!(error instanceof Problem || error instanceof HostProblem)) throw error;
    const [words = "", ...log] = error.message.split("\n");
    return { name, passed: false, words, ...(log.length > 0 && { log: log.join("\n") }) };
  }
}
