import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PlanFacts } from "../../components/environment/plan-facts.ts";
import { environmentOf } from "../../components/naming/namespace.ts";
import { kindOf } from "../../components/settings/kinds.ts";
import { explain } from "../failures.ts";
import { Problem } from "../problem.ts";
import { lastLines, run as runProgram, type Run } from "../process/run.ts";
import { pulumiFolder, type Project } from "../project.ts";
import type { PulumiCall } from "../pulumi/call.ts";
import { plainText } from "../pulumi/operation.ts";
import { callFor } from "../stack/call.ts";
import { settingsFileArguments } from "../stack/settings-file.ts";
import { namespaceOf } from "../stack/settings.ts";
import type { Progress } from "../terminal/progress.ts";
import { resourceChanges, type PreviewDigest } from "./resources.ts";
import type { StackPlan } from "./stack-plan.ts";

/** What is planned. */
export interface Planned {
  readonly stack: string;
  /** The commit whose images would run; left out, the one that is checked out. */
  readonly commit?: string;
  /** True to plan production as if staging had proved these images. */
  readonly asIfProven?: boolean;
}

/**
 * Finds out what an `up` of a stack would do, with what refuses it as a fact beside the others. Changes nothing.
 *
 * @throws Problem for a stack that nothing is released to
 */
export async function plan(
  { stack, commit, asIfProven = false }: Planned,
  progress: Progress,
  project: Project,
  run: Run = runProgram,
): Promise<StackPlan> {
  if (kindOf(environmentOf(stack))?.hosts !== "ssh") throw new Problem(notReleasedTo(stack));
  const call = await callFor("preview", stack, progress, project);
  const file = join(call.logFolder, `${stack}-plan.json`);
  mkdirSync(call.logFolder, { recursive: true });
  rmSync(file, { force: true });
  const environment = {
    ...call.environment,
    TOWPATH_PLAN_FILE: file,
    ...(commit !== undefined && { TOWPATH_COMMIT: commit }),
    ...(asIfProven && { TOWPATH_AS_IF_PROVEN: "true" }),
  };
  const step = progress.step(`planning ${stack}`);
  try {
    const { digest, problem } = await previewed({ ...call, environment }, run);
    return {
      stack,
      at: new Date().toISOString(),
      ...(problem !== undefined && { problem }),
      ...(existsSync(file) && { facts: readFacts(file) }),
      warnings: warningsOf(digest),
      resources: problem === undefined ? resourceChanges(digest, namespaceOf(project, stack)) : [],
    };
  } finally {
    rmSync(file, { force: true });
    step.done();
  }
}

/** Says that there is nothing to plan. */
export function notReleasedTo(stack: string): string {
  return `--stack: expected a stack that is released to, got ${JSON.stringify(stack)}; take staging, production or a preview`;
}

/** Has Pulumi plan; a problem is part of what comes back. */
async function previewed(
  { project, stack, environment }: PulumiCall,
  run: Run,
): Promise<{ digest: PreviewDigest } & Pick<StackPlan, "problem">> {
  const { code, stdout, stderr } = await run(
    join(pulumiFolder(project), "pulumi"),
    [
      "preview",
      "--stack",
      stack,
      "--json",
      // What is deleted first is known by the order of a replacement's steps.
      "--show-replacement-steps",
      "--non-interactive",
      "--color",
      "never",
      ...settingsFileArguments(stack),
    ],
    { cwd: project.root, environment },
  );
  const digest = (stdout.trim().startsWith("{") ? JSON.parse(stdout) : {}) as PreviewDigest;
  if (code === 0) return { digest };
  const errors = (digest.diagnostics ?? []).filter(({ severity }) => severity === "error");
  const log = lastLines(stderr, 40);
  const words = explain({ errors, log: stderr, ending: `exit code ${code}` });
  return { digest, problem: { words, ...(log.trim() !== "" && { log }) } };
}

function readFacts(file: string): PlanFacts {
  return JSON.parse(readFileSync(file, "utf8")) as PlanFacts;
}

/** The program's own warnings; what it finds of migrations is told with their statements. */
function warningsOf({ diagnostics = [] }: PreviewDigest): string[] {
  return diagnostics
    .filter(({ severity, urn = "" }) => severity === "warning" && urn === "")
    .map(({ message }) => plainText(message))
    .filter((message) => !message.startsWith("migrations: from "));
}
