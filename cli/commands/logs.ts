import { printable } from "../../components/input/printable.ts";
import type { Container } from "../docker/containers.ts";
import { readLog, type LogLine } from "../docker/log-lines.ts";
import { inOrderOfTime } from "../docker/order-of-time.ts";
import { exitCode, Problem } from "../problem.ts";
import { duringInterrupts } from "../process/interrupts.ts";
import type { Project } from "../project.ts";
import { containersOf, findLocal, notThere, type LocalContainers } from "../stack/local-containers.ts";
import type { Progress } from "../terminal/progress.ts";
import { outdated } from "./status.ts";

/** The options of `towpath logs`. */
export interface LogsRequest {
  /** One part of the environment; all services when it is left out. */
  readonly service: string | undefined;
  readonly follow: boolean;
  readonly json: boolean;
}

/** A line of one service, as `--json` prints it. */
export interface ServiceLine extends LogLine {
  readonly service: string;
}

/** Prints what containers of the local environment printed, in the order of time. */
export async function logs(
  progress: Progress,
  { service, follow, json }: LogsRequest,
  project: Project,
): Promise<number> {
  const local = await findLocal(progress, project, service);
  const containers = chosen(project, local, service);
  if (follow) for (const line of outdated(project, local.namespace)) progress.say(line);
  progress.stop();
  const width = Math.max(...containers.map(({ part }) => part.length));
  const print = (line: ServiceLine): void => {
    process.stdout.write(
      `${json ? JSON.stringify(line) : inWords(line, service === undefined ? width : 0)}\n`,
    );
  };
  // In the order of time, each stream is read as far as it is printed, by a client of its own.
  const asked = follow ? [undefined] : [["stdout"] as const, ["stderr"] as const];
  const readers = containers.flatMap(({ id, part }) =>
    asked.map((streams) => ({ service: part, ...readLog(id, follow, streams) })),
  );
  const stop = (): void => {
    for (const reader of readers) reader.stop();
  };
  // Who reads us has enough, as `head` has.
  process.stdout.once("error", stop);
  let code: number = exitCode.done;
  await duringInterrupts(
    () => {
      code = exitCode.interrupted;
      stop();
    },
    async () => {
      const all = readers.flatMap(({ service, streams }) =>
        streams.map((lines) => ofService(service, lines)),
      );
      await Promise.all((follow ? all : [inOrderOfTime(all)]).map((lines) => printAll(lines, print)));
      await Promise.all(readers.map(({ ended }) => ended));
    },
  );
  return code;
}

async function* ofService(service: string, lines: AsyncIterable<LogLine>): AsyncGenerator<ServiceLine> {
  for await (const line of lines) yield { service, ...line };
}

async function printAll(
  lines: AsyncIterable<ServiceLine>,
  print: (line: ServiceLine) => void,
): Promise<void> {
  for await (const line of lines) print(line);
}

/** Formats a line. Lines of one service need no name; those of several begin with it. */
function inWords({ service, text }: ServiceLine, width: number): string {
  const shown = printable(text);
  return width === 0 ? shown : `${service.padEnd(width)} | ${shown}`;
}

function chosen({ application }: Project, local: LocalContainers, service: string | undefined): Container[] {
  if (service !== undefined) return containersOf(local, service);
  const found = Object.keys(application.services).flatMap((part) =>
    local.containers.filter((container) => container.part === part),
  );
  if (found.length === 0) throw new Problem(notThere(local.namespace));
  return found;
}
