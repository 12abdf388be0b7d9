import { join } from "node:path";
import type { Program } from "../../components/contract/program.ts";
import { Problem } from "../problem.ts";
import type { Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "./call.ts";
import { stateUnreadable, type StateResource } from "./state.ts";

/** A step of the release that runs, as the state has it. */
export interface ReleaseStep {
  readonly program: Program;
  readonly input: object;
}

/**
 * The steps of the release that runs, with their inputs, in the order in which they were made; none where there is no such
 * stack. The inputs are encrypted in the state, so Pulumi is asked.
 */
export async function readSteps(call: PulumiCall, run: Run): Promise<readonly ReleaseStep[]> {
  const { project, stack, environment } = call;
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    ["stack", "export", "--stack", stack, "--show-secrets", "--non-interactive"],
    { cwd: project.root, environment },
  );
  if (code === 0) return stepsIn(stdout);
  if (stderr.includes("no stack named")) return [];
  throw new Problem(stateUnreadable(environment.PULUMI_BACKEND_URL ?? "", stderr));
}

/** The steps in what `pulumi stack export --show-secrets` prints. */
export function stepsIn(exported: string): readonly ReleaseStep[] {
  const { deployment } = JSON.parse(exported) as { deployment?: { resources?: readonly StateResource[] } };
  return (deployment?.resources ?? []).flatMap(({ inputs = {}, delete: isReplaced }) => {
    const program = /steps\/run\.mjs (\S+)$/.exec(String(inputs.create))?.[1];
    if (program === undefined || isReplaced === true) return [];
    return [{ program: program as Program, input: JSON.parse(plainText(inputs.stdin)) as object }];
  });
}

/** A text in the state that may be a secret: then it is JSON of its own. */
function plainText(value: unknown): string {
  if (typeof value === "object" && value !== null && "plaintext" in value)
    return JSON.parse(String(value.plaintext)) as string;
  return String(value);
}
