import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import { isAlive } from "../process/alive.ts";
import type { Project } from "../project.ts";

/** A service that runs on this machine, as its folder describes it. */
export interface ServiceRun {
  readonly service: string;
  /** The process of `towpath run`. */
  readonly pid: number;
  /** The address for the gateway; none before it accepts connections, or when it has no routes. */
  readonly address?: string;
}

/** The folder of the services of a namespace that run on this machine: a folder each, with the secrets inside. */
function runsFolder({ privateFolder }: Pick<Project, "privateFolder">, namespace: string): string {
  return join(privateFolder, "namespaces", namespace, "host");
}

/** The services that run on this machine now. What killed runs left is removed on the way. */
export function serviceRuns(project: Pick<Project, "privateFolder">, namespace: string): ServiceRun[] {
  const folder = runsFolder(project, namespace);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((service) => {
    const run = readRun(join(folder, service));
    if (run !== undefined && isAlive(run.pid)) return [{ service, ...run }];
    rmSync(join(folder, service), { recursive: true, force: true });
    return [];
  });
}

/** Tells whether any run began and did not clear up, dead or alive: only then the route can be other than released. */
export function leftServiceRuns(project: Pick<Project, "privateFolder">, namespace: string): boolean {
  const folder = runsFolder(project, namespace);
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** The folder of one service's run, for this process alone; the secret files go into it. */
export class ServiceRunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Takes the service, unless another process has it. */
  static claim(
    project: Pick<Project, "privateFolder">,
    namespace: string,
    service: string,
  ): ServiceRunFolder {
    const other = serviceRuns(project, namespace).find((run) => run.service === service);
    if (other !== undefined) throw new Problem(runsAlready(service, other.pid));
    const claimed = new ServiceRunFolder(join(runsFolder(project, namespace), service));
    mkdirSync(claimed.path, { recursive: true, mode: 0o700 });
    claimed.note({ pid: process.pid });
    return claimed;
  }

  /** Notes where the service is, whole or not at all. */
  note(run: Omit<ServiceRun, "service">): void {
    const file = join(this.path, noteName);
    writeFileSync(`${file}.draft`, JSON.stringify(run), { mode: 0o600 });
    renameSync(`${file}.draft`, file);
  }

  /** Writes the secrets. Returns the variables that name their files. */
  writeSecrets(secrets: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(secrets).map(([name, value]) => {
        const file = join(this.path, name);
        writeFileSync(file, value, { mode: 0o600 });
        return [`${name}_FILE`, file];
      }),
    );
  }

  /** Removes the secrets, and notes that the service is nowhere any more. */
  empty(): void {
    for (const name of readdirSync(this.path)) {
      if (name !== noteName) rmSync(join(this.path, name), { force: true });
    }
    this.note({ pid: process.pid });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Says that the service runs here already. */
export function runsAlready(service: string, pid: number): string {
  return `run: ${service} runs on this machine already, by process ${pid}; end that one first`;
}

/** A secret's name holds no dots. */
const noteName = "run.json";

function readRun(folder: string): Omit<ServiceRun, "service"> | undefined {
  const file = join(folder, noteName);
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Omit<ServiceRun, "service">)
    : undefined;
}
