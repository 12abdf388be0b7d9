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

/** The release that runs, as the state has it. */
export interface RunningRelease {
  /** Its steps in the order in which they were made; none where nothing was released. */
  readonly steps: readonly ReleaseStep[];
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The steps of the release that runs, with their inputs; none where there is no such stack. */
export async function readSteps(call: PulumiCall, run: Run): Promise<readonly ReleaseStep[]> {
  return (await readRelease(call, run)).steps;
}

/** The release that runs, without steps where there is no such stack. */
export async function readRelease(call: PulumiCall, run: Run): Promise<RunningRelease> {
  return releaseIn(await exported(call, run));
}

/** A stack's state in the clear. Much of it is encrypted, so Pulumi is asked. Without resources where there is no such stack. */
export async function exported(call: PulumiCall, run: Run): Promise<string> {
  const { project, stack, environment } = call;
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    ["stack", "export", "--stack", stack, "--show-secrets", "--non-interactive"],
    { cwd: project.root, environment },
  );
  if (code === 0) return stdout;
  if (stderr.includes("no stack named")) return "{}";
  throw new Problem(stateUnreadable(environment.PULUMI_BACKEND_URL ?? "", stderr));
}

/** The resources in what `pulumi stack export --show-secrets` prints. */
export function resourcesIn(text: string): readonly StateResource[] {
  const { deployment } = JSON.parse(text) as { deployment?: { resources?: readonly StateResource[] } };
  return deployment?.resources ?? [];
}

/** The release in what `pulumi stack export --show-secrets` prints. */
export function releaseIn(text: string): RunningRelease {
  const resources = resourcesIn(text);
  const { outputs = {} } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  const plain = Object.entries(outputs).map(([name, value]) => [
    name,
    isSecret(value) ? decrypted(value) : value,
  ]);
  return { steps: stepsOf(resources), outputs: Object.fromEntries(plain) as RunningRelease["outputs"] };
}

function stepsOf(resources: readonly StateResource[]): readonly ReleaseStep[] {
  return resources.flatMap(({ inputs = {}, delete: isReplaced }) => {
    const program = /steps\/run\.mjs (\S+)$/.exec(String(inputs.create))?.[1];
    if (program === undefined || isReplaced === true) return [];
    return [{ program: program as Program, input: JSON.parse(plainText(inputs.stdin)) as object }];
  });
}

/** A text in the state that may be a secret. */
export function plainText(value: unknown): string {
  return isSecret(value) ? String(decrypted(value)) : String(value);
}

function isSecret(value: unknown): value is { readonly plaintext: unknown } {
  return typeof value === "object" && value !== null && "plaintext" in value;
}

/** A secret is JSON of its own. */
function decrypted({ plaintext }: { readonly plaintext: unknown }): unknown {
  return JSON.parse(String(plaintext));
}
