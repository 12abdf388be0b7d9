import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { pack } from "tar-stream";
import type { ContainerRun, RunLimits } from "../../components/contract/container-run.ts";
import {
  endedByLimits,
  limitArguments,
  limitsFromEngine,
  type LimitedEnd,
} from "../../components/host/run-limits.ts";
import { delivers, withoutSecrets } from "../delivered.ts";
import { checkRun } from "../lineage.ts";
import { waitingFor } from "../progress.ts";
import { docker, DockerTimeout } from "./docker.ts";

/**
 * Runs the command, gives the container to `look` when it has ended, and removes it.
 *
 * `look` is told the exit code, or undefined for a container that was stopped after `timeoutSeconds`. With `signal` it is
 * stopped before, and the signal's reason is thrown.
 */
export async function runInContainer<T>(
  run: ContainerRun,
  timeoutSeconds: number,
  look: (container: string, exitCode: number | undefined) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  delivers([...Object.values(run.files), ...Object.values(run.variables)]);
  const container = await create(run);
  try {
    if (Object.keys(run.files).length > 0) {
      await docker(["cp", "-", `${container}:/`], { input: await secretArchive(run.files, "run/secrets/") });
    }
    checkRun();
    signal?.throwIfAborted();
    await docker(["start", container]);
    waitingFor(`"${run.command.join(" ")}" is running`);
    const exitCode = await ending(container, timeoutSeconds, signal);
    waitingFor(undefined);
    if (exitCode === undefined) await docker(["stop", "--time", "0", container]);
    signal?.throwIfAborted();
    return await look(container, exitCode);
  } finally {
    await docker(["rm", "--force", "--volumes", container]);
  }
}

/** What ended a command that failed, when it was its limits. `printed` is the last that it said. */
export async function limitedEnd(
  container: string,
  exitCode: number | undefined,
  printed: string,
  limits: RunLimits | undefined,
): Promise<LimitedEnd | undefined> {
  if (limits === undefined || exitCode === undefined) return undefined;
  const oomKilled = await docker(["container", "inspect", "--format", "{{.State.OOMKilled}}", container]);
  return endedByLimits({ exitCode, outOfMemory: oomKilled === "true", printed }, limits);
}

/** The limits of a command that no setting gives any. */
export async function engineLimits(): Promise<RunLimits> {
  return limitsFromEngine(Number(await docker(["info", "--format", "{{.MemTotal}}"], { looks: true })));
}

/** Writes all that a container has printed into a file, standard output and error in their order, without secrets. */
export async function keepLog(container: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const logs = execa("docker", ["logs", container], {
    all: true,
    reject: false,
    stdin: "ignore",
    buffer: false,
  });
  const lines = createInterface({ input: logs.all, crlfDelay: Infinity });
  const shown = async function* (): AsyncGenerator<string> {
    for await (const line of lines) yield `${withoutSecrets(line)}\n`;
  };
  await Promise.all([pipeline(shown, createWriteStream(file)), logs]);
}

function create({
  image,
  network,
  command,
  environment,
  variables,
  labels,
  capabilities,
  limits,
  mounts = {},
}: ContainerRun): Promise<string> {
  const plain = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return docker(
    [
      "create",
      "--network",
      network,
      // Of secrets only the names are arguments: the client passes their values on from its own environment.
      ...[...plain, ...Object.keys(variables)].flatMap((variable) => ["--env", variable]),
      ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
      ...Object.entries(mounts).flatMap(([folder, path]) => ["--volume", `${resolve(folder)}:${path}:ro`]),
      ...rights(capabilities),
      ...(limits === undefined ? [] : limitArguments(limits)),
      image,
      ...command,
    ],
    { environment: variables },
  );
}

function rights(capabilities: ContainerRun["capabilities"]): string[] {
  if (capabilities === undefined) return [];
  const kept = capabilities.flatMap((name) => ["--cap-add", name]);
  return ["--cap-drop", "ALL", ...kept, "--security-opt", "no-new-privileges"];
}

/** The exit code; undefined for one that goes on although its time is up, or the signal has come. */
async function ending(
  container: string,
  timeoutSeconds: number,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const end = docker(["wait", container], { timeoutSeconds }).then(Number, (error: unknown) => {
    if (error instanceof DockerTimeout) return undefined;
    throw error;
  });
  if (signal === undefined) return end;
  if (signal.aborted) return undefined;
  const settled = new AbortController();
  const aborted = once(signal, "abort", { signal: settled.signal }).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([end, aborted]);
  } finally {
    settled.abort();
    // It ends with the container.
    end.catch(() => undefined);
  }
}

/** Secrets as the tar archive that `docker cp` takes, below a folder; for every user of a container to read. */
export function secretArchive(files: ContainerRun["files"], folder = ""): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, value] of Object.entries(files)) {
    archive.entry({ name: `${folder}${name}`, mode: 0o444 }, value);
  }
  archive.finalize();
  return buffer(archive);
}
