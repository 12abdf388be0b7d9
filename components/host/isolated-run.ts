import { randomBytes } from "node:crypto";
import type { RunLimits } from "../contract/command-run.ts";
import { endedByLimits, type LimitedEnd } from "./program/limits.mjs";
import { limitArguments } from "./run-limits.ts";
import { failureLine } from "./failure-line.ts";

/** A command of an image that only prints. */
export interface Look {
  readonly image: string;
  readonly command: readonly string[];
  /** The service's variables that hold no secret. */
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: RunLimits;
  /** The labels by which a run finds what an earlier one left that was killed. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A container that keeps nothing; one that looks reaches nothing, either: no network, no database, no secret. */
export interface IsolatedRun {
  readonly name: string;
  /** The arguments for the docker client. */
  readonly arguments: readonly string[];
}

/** The end of an isolated run. */
export interface IsolatedEnd {
  readonly succeeded: boolean;
  /** The exit code; left out where it did not end by itself. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The text that a command of an image printed on standard output; or the reason that it did not. */
export type Printed = { readonly printed: string } | { readonly problem: string };

/** The time that such a command may take, in seconds. */
export const lookSeconds = 60;

/**
 * Returns what a command of an image prints that needs nothing but the image.
 *
 * It is started without the image's entrypoint, which often waits for a database that is not there; only where that
 * fails, for the entrypoint makes what the command needs, with it.
 */
export async function printedBy(
  look: Look,
  run: (run: IsolatedRun) => Promise<IsolatedEnd>,
): Promise<Printed> {
  const alone = await run(isolatedRun(look, false));
  if (alone.succeeded) return { printed: alone.stdout };
  if (isTimeout(alone) || byLimits(look, alone) !== undefined) return failed(look, alone);
  const whole = await run(isolatedRun(look, true));
  if (whole.succeeded) return { printed: whole.stdout };
  const noProgram = /executable file not found|no such file or directory|permission denied/i.test(
    alone.stderr,
  );
  return failed(look, noProgram ? whole : alone);
}

/** A container without rights and volumes, that reaches what the machine reaches, for a script with standard input. */
export function askingRun(image: string, script: string, limits: RunLimits): IsolatedRun {
  const name = `towpath-ask-${randomBytes(4).toString("hex")}`;
  return {
    name,
    arguments: [
      ...["run", "--rm", "--interactive", "--name", name],
      ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...limitArguments(limits),
      ...["--entrypoint", "sh", image, "-c", script],
    ],
  };
}

function failed(look: Look, end: IsolatedEnd): Printed {
  const name = `"${look.command.join(" ")}"`;
  const limited = byLimits(look, end);
  if (limited !== undefined) return { problem: `${name} failing: it ${limited.how}; ${limited.remedy}` };
  const words = isTimeout(end) ? end.stderr : failureLine(end.stderr.trim() === "" ? end.stdout : end.stderr);
  return { problem: `${name} failing with: ${words === "" ? "no word" : words}` };
}

function byLimits({ limits }: Look, { exitCode, stdout, stderr }: IsolatedEnd): LimitedEnd | undefined {
  return endedByLimits({ exitCode, printed: stderr + stdout }, limits);
}

function isTimeout({ stderr }: IsolatedEnd): boolean {
  return stderr.startsWith("no answer within ");
}

function isolatedRun(
  { image, command: [program = "", ...rest], environment, limits, labels = {} }: Look,
  throughEntrypoint: boolean,
): IsolatedRun {
  const name = `towpath-look-${randomBytes(4).toString("hex")}`;
  return {
    name,
    arguments: [
      "run",
      "--rm",
      "--name",
      name,
      "--network",
      "none",
      "--cap-drop",
      "ALL",
      "--security-opt",
      "no-new-privileges",
      ...limitArguments(limits),
      ...Object.entries(environment).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
      ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...(throughEntrypoint ? [image, program] : ["--entrypoint", program, image]),
      ...rest,
    ],
  };
}
