import { application } from "../../application.ts";
import { printable } from "../../components/printable.ts";
import type { Container } from "../docker/containers.ts";
import { readLog, type LogLine } from "../docker/log-lines.ts";
import { duringInterrupts } from "../interrupts.ts";
import { exitCode, Problem } from "../problem.ts";
import type { Progress } from "../progress/progress.ts";
import { readProject } from "../project.ts";
import { outdated } from "./status.ts";
import { containersOf, findLocal, notThere, type LocalContainers } from "./local-containers.ts";

/** What is asked for. */
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
  project = readProject(),
): Promise<number> {
  const local = await findLocal(progress, project, service);
  const containers = chosen(local, service);
  if (follow) for (const line of outdated(project, local.namespace)) progress.say(line);
  progress.stop();
  const width = Math.max(...containers.map(({ part }) => part.length));
  const print = (line: ServiceLine): void => {
    process.stdout.write(
      `${json ? JSON.stringify(line) : inWords(line, service === undefined ? width : 0)}\n`,
    );
  };
  const before: ServiceLine[] = [];
  const onLine = follow ? print : (line: ServiceLine) => before.push(line);
  const readers = containers.map(({ id, part }) =>
    readLog(id, follow, (line) => {
      onLine({ service: part, ...line });
    }),
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
    () => Promise.all(readers.map(({ ended }) => ended)),
  );
  before.sort((one, other) => (one.time < other.time ? -1 : 1)).forEach(print);
  return code;
}

/** One service says who it is by being asked for; several are told apart at the start of each line. */
function inWords({ service, text }: ServiceLine, width: number): string {
  const shown = printable(text);
  return width === 0 ? shown : `${service.padEnd(width)} | ${shown}`;
}

function chosen(local: LocalContainers, service: string | undefined): Container[] {
  if (service !== undefined) return containersOf(local, service);
  const found = Object.keys(application.services).flatMap((part) =>
    local.containers.filter((container) => container.part === part),
  );
  if (found.length === 0) throw new Problem(notThere(local.namespace));
  return found;
}
