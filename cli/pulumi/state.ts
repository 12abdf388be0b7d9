import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import { pulumiFolder } from "../project.ts";
import type { PulumiCall } from "./call.ts";
import { parseUrn } from "./urn.ts";

/** A resource in the state, as far as the command line needs it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** The time when it was last made or changed. */
  readonly modified?: string;
  /** Replaced, and waiting to be deleted. */
  readonly delete?: boolean;
}

/** A stack's state. */
export interface Deployment {
  readonly resources: readonly StateResource[];
  /** The operations that an earlier run had begun when it was killed. */
  readonly pending_operations: readonly { readonly resource: StateResource; readonly type: string }[];
}

/** The folder of a state that is kept in files on this machine; undefined for any other. */
export function fileBackend(environment: NodeJS.ProcessEnv): string | undefined {
  const url = environment.PULUMI_BACKEND_URL;
  if (!url?.startsWith("file:///")) return undefined;
  return join(fileURLToPath(url.split("?")[0] ?? url), ".pulumi");
}

/**
 * Reads a stack's state, or undefined when there is no such stack.
 *
 * A state in files is read from its file, in a millisecond; for others Pulumi is asked, which takes most of a second.
 */
export async function readDeployment(call: PulumiCall, run: Run): Promise<Deployment | undefined> {
  const folder = fileBackend(call.environment);
  if (folder !== undefined) {
    const text = readIfThere(join(folder, "stacks", call.project.name, `${call.stack}.json`));
    return text === undefined ? undefined : parseCheckpoint(text);
  }
  const exported = await run(
    join(pulumiFolder(call.project), "pulumi"),
    ["stack", "export", "--stack", call.stack],
    {
      cwd: call.project.root,
      environment: call.environment,
    },
  );
  if (exported.code === 0) return parseExport(exported.stdout);
  if (exported.stderr.includes("no stack named")) return undefined;
  throw new Problem(stateUnreadable(call.environment.PULUMI_BACKEND_URL ?? "", exported.stderr));
}

/** Says that Pulumi cannot read the state that a person pointed to. */
export function stateUnreadable(backend: string, answer: string): string {
  const said = lastLines(answer, 3).replace(/^error: /, "");
  return `PULUMI_BACKEND_URL: the state at ${backend} cannot be read, got "${said}"; log in there, or unset it to keep the state in .towpath`;
}

/** The state in a file backend's own form. */
export function parseCheckpoint(text: string): Deployment {
  const { checkpoint } = JSON.parse(text) as { checkpoint: { latest?: Partial<Deployment> | null } };
  return complete(checkpoint.latest ?? {});
}

function parseExport(text: string): Deployment {
  const { deployment } = JSON.parse(text) as { deployment?: Partial<Deployment> | null };
  return complete(deployment ?? {});
}

function complete(found: Partial<Deployment>): Deployment {
  return { resources: found.resources ?? [], pending_operations: found.pending_operations ?? [] };
}

/** The name of the environment's component, with which the names of all resources begin. */
export function environmentNameIn(deployment: Deployment | undefined): string {
  const urn = deployment?.resources.find(({ type }) => type.endsWith(":Environment"))?.urn ?? "";
  return parseUrn(urn)?.name ?? "";
}

/** The stack's outputs as the state has them. */
export function stackOutputs(deployment: Deployment | undefined): Readonly<Record<string, unknown>> {
  return deployment?.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
