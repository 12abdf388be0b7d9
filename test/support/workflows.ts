import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "./source-tree.ts";

/** The folder of the workflows. */
const folder = join(checkout, ".github/workflows");

/** A step of a workflow's job, as far as tests read it. */
export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A job of a workflow. */
export interface Job {
  readonly steps: readonly Step[];
  readonly needs?: string | readonly string[];
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The environment on GitHub that it deploys to. */
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly "timeout-minutes"?: number;
}

/** What a workflow wants of an event that starts it. */
export interface EventFilter {
  readonly types?: readonly string[];
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly "paths-ignore"?: readonly string[];
  readonly workflows?: readonly string[];
}

/** A workflow, by its file. */
export interface Workflow {
  readonly file: string;
  readonly text: string;
  readonly name?: string;
  readonly on: Readonly<Record<string, EventFilter | null>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** All workflows of the repository. */
export function workflows(): Workflow[] {
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .map((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      return { ...(parse(text, { merge: true }) as Omit<Workflow, "file" | "text">), file, text };
    });
}

/** The commands of a workflow's job in their order, for a test to run: what a workflow does has to work on a laptop, too. */
export function commandsOfJob(file: string, job: string): string[] {
  const found = workflows().find((workflow) => workflow.file === file)?.jobs[job];
  if (found === undefined) throw new Error(`${file} has no job ${job}`);
  return found.steps.flatMap(({ run }) => run?.trim().split("\n") ?? []);
}
