import { size } from "../../components/input/size.mjs";
import { UserError } from "../../components/input/user-error.ts";
import { inTime, machinesOf, reaching, type SharedMachine } from "../on-hosts/machines.ts";
import { usageOn, type Usage } from "../on-hosts/usage.ts";
import { shortName } from "../on-hosts/words.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { listStacks } from "../pulumi/stacks.ts";
import { callToLook, hasHosts } from "../stack/call.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { fittingColumns, terminalWidth } from "../terminal/table.ts";

/** The environments that somebody asks for; all on hosts when it is left out. */
export interface TopRequest {
  readonly stack?: string | undefined;
}

/** What one copy takes. */
export interface CopyUsage extends Usage {
  /** The stack's name. */
  readonly environment: string;
  /** The host's name in the settings. */
  readonly host: string;
}

/** The result of `towpath top`. */
export interface Top {
  /** The busiest first. */
  readonly copies: readonly CopyUsage[];
  /** The machines that could not be asked, each with what to do. */
  readonly problems: readonly string[];
}

/**
 * Asks each host once, all at the same time, what the copies there take. Changes nothing.
 *
 * @throws Problem when there are no such hosts, or the one that is asked for has none
 */
export async function top({ stack }: TopRequest, progress: Progress, project: Project): Promise<Top> {
  const stacks = stack === undefined ? await stacksOnHosts(project) : [onHosts(stack)];
  const call = await callToLook(stacks[0] ?? "staging", progress, project);
  const { machines, problems } = machinesOf(project, stacks);
  const [settingsProblem] = problems.values();
  if (stack !== undefined && settingsProblem !== undefined) throw new Problem(settingsProblem);
  const reach = reaching(call, run);
  const found = await asStep(progress, "watching what copies take", () =>
    Promise.all(machines.map((machine) => usageOf(machine))),
  );
  return {
    copies: found.flatMap(({ copies }) => copies).sort((a, b) => b.processors - a.processors),
    problems: [...problems.values(), ...found.flatMap(({ problem }) => problem ?? [])],
  };

  async function usageOf(machine: SharedMachine): Promise<{ copies: CopyUsage[]; problem?: string }> {
    const namespaces = machine.places.map(({ settings }) => settings.namespace);
    try {
      const watching = reach(machine).then((connection) => usageOn(connection, namespaces, run));
      const copies = (await inTime(machine, watching)).flatMap((usage) => {
        const place = machine.places.find(({ settings }) => settings.namespace === usage.namespace);
        return place === undefined ? [] : { environment: place.stack, host: place.host, ...usage };
      });
      return { copies };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { copies: [], problem: error.message };
    }
  }
}

async function stacksOnHosts(project: Project): Promise<string[]> {
  const stacks = (await listStacks(project, process.env, run)).map(({ stack }) => stack).filter(hasHosts);
  if (stacks.length > 0) return stacks;
  throw new Problem(
    `top: expected an environment on hosts, got none of ${project.application.name}; bring one up with npm run pulumi -- up --stack staging`,
  );
}

function onHosts(stack: string): string {
  if (hasHosts(stack)) return stack;
  throw new Problem(
    `--stack: expected a stack with hosts, got ${JSON.stringify(stack)}; take staging, production, pr-<number> or host-<name>`,
  );
}

/** Tells whether every machine could be asked. */
export function isWhole({ problems }: Top): boolean {
  return problems.length === 0;
}

/** The copies as a table, the busiest first, and what could not be asked. */
export function topInWords({ copies, problems }: Top, width = terminalWidth()): string {
  const rows = copies.map((copy) => [
    copy.environment,
    shortName(copy.namespace, copy.name),
    copy.host,
    processorsInWords(copy),
    memoryInWords(copy),
    String(copy.processes),
  ]);
  const head = ["environment", "copy", "host", "processors", "memory", "processes"];
  const table = fittingColumns([head, ...rows], ["processes", "host"], width);
  return [...(copies.length === 0 ? ["nothing runs"] : [table]), ...problems].join("\n");
}

function processorsInWords({ processors, processorsLimit }: Usage): string {
  return processorsLimit === null ? processors.toFixed(2) : `${processors.toFixed(2)} of ${processorsLimit}`;
}

function memoryInWords({ memoryBytes, memoryLimitBytes }: Usage): string {
  if (memoryLimitBytes === null) return size(memoryBytes);
  const part = Math.round((100 * memoryBytes) / memoryLimitBytes);
  return `${size(memoryBytes)} of ${size(memoryLimitBytes)} (${part} %)`;
}
