import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { printable } from "../../components/input/printable.ts";
import { noteSpan, now } from "../../components/timing/spans.ts";
import { duringInterrupts } from "../process/interrupts.ts";
import { yieldToOthers } from "../process/priority.ts";
import { sessionEnd } from "../process/session-end.ts";
import { pulumiFolder } from "../project.ts";
import type { Progress, Step } from "../terminal/progress.ts";
import type { PulumiCall } from "./call.ts";
import { followEvents, type Diagnostic, type EngineEvent, type ResourceStep } from "./events.ts";
import { noteRun } from "./run-places.ts";
import { parseUrn } from "./urn.ts";
import { stepInWords } from "./words.ts";

/** The result of an operation. */
export interface Outcome {
  readonly succeeded: boolean;
  /** True when the person asked for it to stop. */
  readonly interrupted: boolean;
  /** The numbers of resources that were created, updated, deleted and left the same. */
  readonly changes: Readonly<Record<string, number>>;
  /** The stack's outputs, secrets left out. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The errors of the engine, the plugins and the program. */
  readonly errors: readonly Diagnostic[];
  /** The output of the work on each resource, by its URN: a build's own lines. */
  readonly output: ReadonlyMap<string, readonly string[]>;
  /** The name of the environment's component, with which the names of all resources begin. */
  readonly environmentName: string;
  /** The ending of the CLI: `exit code 255`, `SIGKILL`. */
  readonly ending: string;
  /** The output of the CLI itself, for failures before and after the engine's work. */
  readonly log: string;
  /** The file with that output. */
  readonly logFile: string;
}

/** Options of an operation. */
export interface OperationManner {
  /** Called when it is asked to stop, to cut short what is under way. */
  readonly onInterrupt?: () => void;
  /** True to let copies that serve users go first on this machine, which is the default. */
  readonly yields?: boolean;
}

/**
 * Runs `pulumi up`, `destroy` or `refresh` without questions, and shows its steps.
 *
 * Asked to stop, it passes that on to Pulumi once, which ends what is under way, writes the state and gives the lock
 * back; Pulumi would take a second request as an order to drop everything. It runs in a session of its own, because a
 * terminal's Ctrl+C goes to every process and would count as that second request.
 */
export async function runOperation(
  kind: "up" | "destroy" | "refresh",
  { project, stack, environment, logFolder: folder, environmentName = "" }: PulumiCall,
  progress: Progress,
  extra: readonly string[] = [],
  { onInterrupt, yields = true }: OperationManner = {},
): Promise<Outcome> {
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${stack}-${kind}.log`);
  const eventFile = join(folder, `${stack}-${kind}.events.json`);

  const tracker = trackEvents(progress, environmentName);
  const log = openSync(logFile, "w", 0o600);
  const eventLog = openSync(eventFile, "w", 0o600);
  const events = followEvents(eventFile, tracker.see);
  // Debug messages of Pulumi's SDK in it have secrets in the clear: without a name, nothing of it stays.
  rmSync(eventFile);
  const began = now();
  const child = spawn(
    join(pulumiFolder(project), "pulumi"),
    [
      kind,
      "--stack",
      stack,
      "--yes",
      "--skip-preview",
      "--non-interactive",
      "--color",
      "never",
      "--json",
      ...extra,
    ],
    { cwd: project.root, env: environment, stdio: ["ignore", eventLog, log], detached: true },
  );
  const ended = noteRun(environment, child.pid);
  if (child.pid !== undefined && yields) yieldToOthers(child.pid);
  closeSync(log);
  closeSync(eventLog);
  const asked = { toStop: false };
  const ending = await duringInterrupts(
    () => {
      if (asked.toStop) return;
      asked.toStop = true;
      progress.say("stopping: what is under way is ended first, so that the state stays true");
      child.kill("SIGINT");
      onInterrupt?.();
    },
    () =>
      new Promise<string>((resolve) => {
        child.on("error", ({ message }) => {
          resolve(message);
        });
        child.on("close", (code, signal) => {
          resolve(signal ?? `exit code ${code ?? ""}`);
        });
      }),
  );
  ended();
  if (asked.toStop && child.pid !== undefined) await sessionEnd(child.pid);
  noteSpan("command", `pulumi ${kind}`, began);
  events.end();
  tracker.end();
  return {
    succeeded: ending === "exit code 0",
    ending,
    interrupted: asked.toStop,
    ...tracker.seen,
    log: readFileSync(logFile, "utf8"),
    logFile,
  };
}

/** Turns the engine's events into progress, and keeps what the outcome needs. */
export function trackEvents(
  progress: Progress,
  environmentName: string,
): {
  see: (event: EngineEvent) => void;
  end: () => void;
  seen: Pick<Outcome, "changes" | "outputs" | "errors" | "output" | "environmentName">;
} {
  const steps = new Map<string, Step>();
  const errors: Diagnostic[] = [];
  const output = new Map<string, string[]>();
  const seen = {
    changes: {} as Record<string, number>,
    outputs: {} as Record<string, unknown>,
    errors,
    output,
    environmentName,
  };
  /** Looking at every resource, before the work begins. */
  let looking: Step | undefined;
  function endLooking(): void {
    looking?.done();
    looking = undefined;
  }
  function begin(metadata: ResourceStep): void {
    if (metadata.op === "refresh") looking ??= progress.step("looking at every resource");
    else endLooking();
    if (/^towpath:\w+:(?:Released)?Environment$/.test(metadata.type))
      seen.environmentName = parseUrn(metadata.urn)?.name ?? "";
    const words = stepInWords(metadata, seen.environmentName);
    if (words === undefined) return;
    // A resource may have several old copies.
    steps.get(key(metadata))?.done();
    steps.set(key(metadata), progress.step(words));
  }
  function print(urn: string, { message }: Diagnostic): void {
    const text = plainText(message);
    output.set(urn, [...(output.get(urn) ?? []).slice(-200), text]);
    for (const [at, step] of steps) if (at.endsWith(` ${urn}`)) step.detail(text.split("\n").at(-1) ?? "");
  }
  const key = (metadata: { op: string; urn: string }): string => `${metadata.op} ${metadata.urn}`;

  return {
    seen,
    see({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent }) {
      if (resourcePreEvent !== undefined) begin(resourcePreEvent.metadata);
      if (resOutputsEvent !== undefined) {
        const { metadata } = resOutputsEvent;
        if (metadata.type === "pulumi:pulumi:Stack") seen.outputs = metadata.new?.outputs ?? {};
        steps.get(key(metadata))?.done();
        steps.delete(key(metadata));
      }
      if (resOpFailedEvent !== undefined) {
        steps.get(key(resOpFailedEvent.metadata))?.failed();
        steps.delete(key(resOpFailedEvent.metadata));
      }
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent);
      // What the program itself warns of; that of a resource is shown with its step.
      else if (diagnosticEvent?.severity === "warning" && !diagnosticEvent.urn)
        progress.say(plainText(diagnosticEvent.message));
      else if (diagnosticEvent?.urn && diagnosticEvent.severity !== "debug")
        print(diagnosticEvent.urn, diagnosticEvent);
      if (summaryEvent !== undefined) seen.changes = summaryEvent.resourceChanges;
    },
    end() {
      endLooking();
      for (const step of steps.values()) step.failed();
      steps.clear();
    },
  };
}

/** A message without the engine's colour directives, fit for a terminal and for GitHub's runner. */
export function plainText(message: string): string {
  return printable(message.replace(/<\{%.*?%\}>/g, "")).trim();
}
