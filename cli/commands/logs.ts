import { parseApplication } from "../../components/application/parse.ts";
import { printable } from "../../components/input/printable.ts";
import { blankingOut } from "../../components/input/blank-out.mjs";
import { readLog, type ContainerLog, type LogLine } from "../docker/log-lines.ts";
import { lastOf, matching, sinceOf, type LogFilter } from "../docker/log-filter.ts";
import { inOrderOfTime } from "../docker/order-of-time.ts";
import { isUp } from "../docker/start-stop.ts";
import { secretValuesOf } from "../on-hosts/secret-values.ts";
import { shortName } from "../on-hosts/words.ts";
import { exitCode, Problem } from "../problem.ts";
import { duringInterrupts } from "../process/interrupts.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import { notThere } from "../stack/local-containers.ts";
import { stack as localStack } from "../stack/session.ts";
import { containersOf, findContainers, nothingThere } from "../stack/stack-containers.ts";
import type { StackContainer, StackContainers } from "../stack/stack-containers.ts";
import { asStep, type Progress } from "../terminal/progress.ts";
import { outdated } from "./status.ts";

/** The options of `towpath logs`. */
export interface LogsRequest extends LogFilter {
  /** The stack; this working copy's local environment when it is left out. */
  readonly stack?: string | undefined;
  /** One part of the environment; all services when it is left out. */
  readonly service: string | undefined;
  readonly follow: boolean;
  readonly json: boolean;
}

/** A line of one copy, as `--json` prints it. */
export interface CopyLine extends LogLine {
  readonly service: string;
  /** The container's name; left out on this machine, where each service has one. */
  readonly copy?: string;
  readonly host?: string;
}

/** The number of lines from hosts where nobody says how many: what fits into a few screens. */
const usualLines = 100;

/**
 * Prints what the containers of an environment printed, in the order of time. Of hosts, secret values are blanked out: others
 * than their owners look there.
 */
export async function logs(progress: Progress, request: LogsRequest, project: Project): Promise<number> {
  const { service, follow, json, stack = localStack } = request;
  const filter = { ...request, since: sinceOf(request.since) };
  const all = await findContainers({ stack, part: service }, progress, project);
  const containers = chosen(project, all, all.containers, service);
  const isHere = stack === localStack;
  if (follow && isHere) for (const line of outdated(project, all.namespace)) progress.say(line);
  const application = parseApplication(project.application);
  const secretsOf = (found: StackContainers): Promise<string[]> => secretValuesOf(found, application, run);
  const values = isHere
    ? []
    : await asStep(progress, "reading the secrets that are blanked out", () => secretsOf(all));
  progress.stop();
  const names = isHere ? service === undefined : follow || containers.length > 1;
  const reading = new Reading(filter, { all, names, json, isHere, values });
  // Who reads us has enough, as `head` has.
  process.stdout.once("error", () => {
    reading.stop();
  });
  let code: number = exitCode.done;
  await duringInterrupts(
    () => {
      code = exitCode.interrupted;
      reading.stop();
    },
    async () => {
      if (!follow) return reading.print(containers);
      return reading.follow(containers, async () => {
        const now = { ...all, containers: await all.again() };
        if (!isHere) reading.learn(await secretsOf(now));
        return chosenFrom(project, now.containers, service).filter(({ state }) => isUp(state));
      });
    },
  );
  return code;
}

/** How lines are shown, and of which containers. */
interface Shown {
  readonly all: StackContainers;
  /** True when lines begin with the name of their copy. */
  readonly names: boolean;
  readonly json: boolean;
  readonly isHere: boolean;
  readonly values: readonly string[];
}

/** The logs that are read at the moment. */
class Reading {
  private readonly open = new Set<ContainerLog>();
  private readonly filter: LogFilter;
  private readonly shown: Shown;
  private readonly values: Set<string>;
  private blank: (text: string) => string;
  private width = 0;
  private isOver = false;

  constructor(filter: LogFilter, shown: Shown) {
    this.filter = filter;
    this.shown = shown;
    this.values = new Set(shown.values);
    this.blank = blankingOut(this.values);
  }

  stop(): void {
    this.isOver = true;
    for (const log of this.open) log.stop();
  }

  /** Adds secret values to those that are blanked out. */
  learn(values: readonly string[]): void {
    for (const value of values) this.values.add(value);
    this.blank = blankingOut(this.values);
  }

  /** Prints what containers have printed, merged by time. */
  async print(containers: readonly StackContainer[]): Promise<void> {
    const { grep, lines } = this.filter;
    // Lines that do not match count for nothing: which of them are the last ones is known at the end.
    const tail = grep === undefined ? this.tail(false) : undefined;
    this.widen(containers);
    // In the order of time, each stream is read as far as it is printed, by a client of its own.
    const readers = containers.flatMap((container) =>
      (["stdout", "stderr"] as const).map((stream) => ({
        container,
        log: this.read(container, { tail, streams: [stream] }),
      })),
    );
    const merged = inOrderOfTime(
      readers.flatMap(({ container, log }) => log.streams.map((stream) => this.linesOf(container, stream))),
    );
    for await (const line of lastOf(matching(merged, grep), lines ?? tail)) this.write(line);
    await Promise.all(readers.map(({ container, log }) => this.ended(container, log)));
  }

  /** Prints what containers print from now on, and what those print that replace one. */
  async follow(
    containers: readonly StackContainer[],
    next: () => Promise<readonly StackContainer[]>,
  ): Promise<void> {
    const known = new Set<string>();
    const start = async (container: StackContainer, tail: number | undefined): Promise<void> => {
      known.add(container.id);
      const log = this.read(container, { tail, follow: true });
      await Promise.all(
        log.streams.map(async (stream) => {
          for await (const line of matching(this.linesOf(container, stream), this.filter.grep))
            this.write(line);
        }),
      );
      await this.ended(container, log);
      if (this.isOver) return;
      const others = await next();
      this.widen(others);
      await Promise.all(others.filter(({ id }) => !known.has(id)).map((other) => start(other, undefined)));
    };
    this.widen(containers);
    await Promise.all(containers.map((container) => start(container, this.tail(true))));
  }

  /** The number of lines at the end of each log that are asked for; undefined for all. */
  private tail(follow: boolean): number | undefined {
    const { since, lines, grep } = this.filter;
    if (lines !== undefined || this.shown.isHere || since !== undefined) return lines;
    return follow || grep === undefined ? usualLines : undefined;
  }

  private read(
    { id, client }: StackContainer,
    { tail, ...how }: { tail: number | undefined; follow?: boolean; streams?: LogLine["stream"][] },
  ): ContainerLog {
    const log = readLog(id, { ...how, lines: tail, since: this.filter.since, client });
    this.open.add(log);
    return log;
  }

  private async ended({ host, name }: StackContainer, log: ContainerLog): Promise<void> {
    const said = await log.ended;
    this.open.delete(log);
    // A release removes what it replaced.
    if (this.isOver || said === "" || /no such container|marked for removal/i.test(said)) return;
    throw new Problem(cut(host ?? "this machine", name, said));
  }

  private async *linesOf(
    { name, part, host }: StackContainer,
    lines: AsyncIterable<LogLine>,
  ): AsyncGenerator<CopyLine> {
    const of = { service: part, ...(host !== undefined && { copy: name, host }) };
    for await (const { text, ...line } of lines) yield { ...of, ...line, text: this.blank(text) };
  }

  private write(line: CopyLine): void {
    const { names, json } = this.shown;
    const text = json
      ? JSON.stringify(line)
      : `${names ? `${this.label(line).padEnd(this.width)} | ` : ""}${printable(line.text)}`;
    process.stdout.write(`${text}\n`);
  }

  private label({ service, copy, host }: Pick<CopyLine, "service" | "copy" | "host">): string {
    if (copy === undefined) return service;
    const { namespace, containers } = this.shown.all;
    const isSpread = new Set(containers.map((one) => one.host)).size > 1;
    return `${isSpread ? `${host} ` : ""}${shortName(namespace, copy)}`;
  }

  private widen(containers: readonly StackContainer[]): void {
    for (const { part, name, host } of containers) {
      const of = { service: part, ...(host !== undefined && { copy: name, host }) };
      this.width = Math.max(this.width, this.label(of).length);
    }
  }
}

/** Says that an engine went away while a log was read. */
function cut(host: string, container: string, said: string): string {
  return `logs: ${container} on ${host} cannot be read further, got ${JSON.stringify(said)}; run the command again, with --since for what was missed`;
}

function chosen(
  project: Project,
  all: StackContainers,
  containers: readonly StackContainer[],
  service: string | undefined,
): StackContainer[] {
  const isJob = service !== undefined && Object.hasOwn(project.application.jobs ?? {}, service);
  if (isJob && !Object.hasOwn(project.application.services, service))
    throw new Problem(logsOfJob(service, all.stack));
  if (service !== undefined) return containersOf(all, service);
  const found = chosenFrom(project, containers, service);
  if (found.length > 0) return found;
  const { stack, namespace } = all;
  throw new Problem(stack === localStack ? notThere(namespace) : nothingThere(stack, namespace));
}

/** Says where what a job printed is. */
function logsOfJob(job: string, stack: string): string {
  return `${job}: expected a service or another part, got a job, whose container is gone when it is done; npx towpath job list --stack ${stack} ${job} shows what its last runs by a schedule printed, and job run names the file of its own`;
}

/** Those of one part, or of all services in the order of `application.ts`. */
function chosenFrom(
  { application }: Project,
  containers: readonly StackContainer[],
  service: string | undefined,
): StackContainer[] {
  const parts = service === undefined ? Object.keys(application.services) : [service];
  return parts.flatMap((part) => containers.filter((container) => container.part === part));
}
