import { execa } from "execa";
import { once as event } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import type { CommandRun, RunLimits } from "../../components/contract/command-run.ts";
import { marked } from "../../components/naming/run-mark.ts";
import { endedByLimits, limitsFromEngine } from "../../components/host/program/limits.mjs";
import { limitArguments } from "../../components/host/run-limits.ts";
import { lookSeconds, printedBy, type Look, type Printed } from "../../components/host/isolated-run.ts";
import { delivers, withoutSecrets } from "../delivered.ts";
import { checkRun } from "../lineage.ts";
import { waitingFor } from "../progress.ts";
import { lastLogLines, secretsOf } from "./docker-copies.ts";
import { archiveOf, secretArchiveOf } from "./archive.ts";
import { docker, DockerFailure, DockerTimeout, pullSeconds } from "./docker.ts";
import { labelFilters } from "./label-filters.ts";
import type { EndedRun, FilledVolume, ScriptRun } from "./machine.ts";

/** The folder in which a script finds the volume that it writes into. */
const scriptFolder = "/backups";

/** Runs the command in a container of its own, and removes it. */
export async function once<T>(
  run: CommandRun,
  timeoutSeconds: number,
  look: (ended: EndedRun) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  delivers([...Object.values(run.files), ...Object.values(run.variables)]);
  return toItsEnd(await create(run), run, timeoutSeconds, look, signal);
}

/** Starts a container that was made for one command, gives its result to `look`, and removes it. */
export async function toItsEnd<T>(
  container: string,
  { command, environment, files, limits }: Pick<CommandRun, "command" | "environment" | "files" | "limits">,
  timeoutSeconds: number,
  look: (ended: EndedRun) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    if (Object.keys(files).length > 0) {
      await docker(["cp", "-", `${container}:/`], { input: await secretArchiveOf(files, environment) });
    }
    checkRun();
    signal?.throwIfAborted();
    await docker(["start", container]);
    waitingFor(`"${command.join(" ")}" is running`);
    const exitCode = await ending(container, timeoutSeconds, signal);
    waitingFor(undefined);
    if (exitCode === undefined) await docker(["stop", "--time", "0", container]);
    signal?.throwIfAborted();
    return await look(ended(container, exitCode, limits));
  } finally {
    await docker(["rm", "--force", "--volumes", container]);
  }
}

/** Runs the script in a container of the server's own image, which has the tools of its version, on the server's network. */
export async function onceBeside<T>(
  run: ScriptRun,
  timeoutSeconds: number,
  look: (ended: EndedRun) => Promise<T>,
): Promise<T> {
  const image = await imageOf(run.beside);
  const secrets = run.secrets === true ? await secretsOf(run.beside) : {};
  delivers(Object.values(secrets));
  const hasFiles = Object.keys(secrets).length > 0;
  const container = await docker([
    "create",
    "--network",
    `container:${run.beside}`,
    "--mount",
    volumeMount(run.volume),
    "--workdir",
    scriptFolder,
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    // Nothing can be copied into what is read-only.
    ...(hasFiles ? [] : ["--read-only"]),
    ...limitArguments(run.limits),
    ...labelArguments(run.labels),
    "--entrypoint",
    "sh",
    image,
    "-c",
    run.script,
    "sh",
    ...run.arguments,
  ]);
  try {
    if (hasFiles) await docker(["cp", "-", `${container}:/`], { input: await secretArchiveOf(secrets, {}) });
    await docker(["start", container]);
    const exitCode = Number(await docker(["wait", container], { timeoutSeconds }));
    return await look(ended(container, exitCode, run.limits));
  } finally {
    await docker(["rm", "--force", container]);
  }
}

/** Runs a command of an image in a container that reaches nothing. */
export function look(asked: Look): Promise<Printed> {
  return printedBy(asked, async (run) => {
    try {
      const stdout = await docker(run.arguments, { timeoutSeconds: lookSeconds });
      return { succeeded: true, stdout, stderr: "" };
    } catch (error) {
      if (!(error instanceof DockerFailure)) throw error;
      // One that was not done in time would go on.
      await docker(["rm", "--force", run.name]).catch(() => undefined);
      const stderr =
        error instanceof DockerTimeout
          ? `no answer within ${lookSeconds} s`
          : error.message.replace(/^docker run: /, "");
      return { succeeded: false, exitCode: error.exitCode, stdout: "", stderr };
    }
  });
}

/** Waits for the containers with these labels, and removes them. */
export async function awaitRuns(
  labels: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Promise<readonly string[]> {
  const filters = labelFilters(labels);
  const all = idsIn(await docker(["ps", "--all", "--quiet", ...filters]));
  if (all.length === 0) return [];
  const running = idsIn(await docker(["ps", "--quiet", ...filters]));
  try {
    if (running.length > 0) await docker(["wait", ...running], { timeoutSeconds });
  } catch (error) {
    if (!(error instanceof DockerTimeout)) throw error;
    return running;
  }
  await docker(["rm", "--force", ...all]);
  return [];
}

/** Asks the containers with these labels to end, kills what goes on after the grace, and removes all. */
export async function endRuns(
  labels: Readonly<Record<string, string>>,
  graceSeconds: number,
): Promise<number> {
  const all = idsIn(await docker(["ps", "--all", "--quiet", ...labelFilters(labels)]));
  if (all.length === 0) return 0;
  const timeoutSeconds = graceSeconds + 60;
  await docker(["stop", "--time", String(graceSeconds), ...all], { timeoutSeconds });
  await docker(["rm", "--force", "--volumes", ...all]);
  return all.length;
}

/** The limits of a command that no setting gives any: half of what the engine has. */
export async function limits(): Promise<RunLimits> {
  return limitsFromEngine(Number(await docker(["info", "--format", "{{.MemTotal}}"], { looks: true })));
}

/** Copies the files through a container that never runs. */
export async function writeFiles({ volume, folder, files, lender, labels }: FilledVolume): Promise<void> {
  const image = await imageOf(lender);
  const way = await docker([
    "create",
    "--network",
    "none",
    "--volume",
    `${volume}:${folder}`,
    ...labelArguments(labels),
    image,
  ]);
  try {
    await docker(["cp", "-", `${way}:${folder}`], { input: await archiveOf(files) });
  } finally {
    await docker(["rm", "--force", "--volumes", way]);
  }
}

function ended(container: string, exitCode: number | undefined, limits: RunLimits | undefined): EndedRun {
  return {
    exitCode,
    output: () => docker(["logs", container]),
    log: (lines) => lastLogLines(container, lines),
    keepLog: (file) => keepLog(container, file),
    copyOut: (path, to) => copyOut(container, path, to),
    limited: async (printed) => {
      if (limits === undefined || exitCode === undefined) return undefined;
      const oomKilled = await docker(["container", "inspect", "--format", "{{.State.OOMKilled}}", container]);
      return endedByLimits({ exitCode, outOfMemory: oomKilled === "true", printed }, limits);
    },
  };
}

async function keepLog(container: string, file: string): Promise<void> {
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

async function copyOut(container: string, path: string, to: string): Promise<boolean> {
  try {
    await docker(["cp", `${container}:${path}`, to], { timeoutSeconds: 300 });
    return true;
  } catch (error) {
    if (!(error instanceof DockerFailure) || !/no such|could not find/i.test(error.message)) throw error;
    return false;
  }
}

function imageOf(container: string): Promise<string> {
  return docker(["container", "inspect", "--format", "{{.Image}}", container]);
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
  volumes = {},
  ...process
}: CommandRun): Promise<string> {
  const [program, ...words] = process.entrypoint ?? [];
  const plain = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return docker(
    [
      "create",
      "--network",
      network,
      // Of secrets only the names are arguments: the client passes their values on from its own environment.
      ...[...plain, ...Object.keys(variables)].flatMap((variable) => ["--env", variable]),
      ...labelArguments(labels),
      ...Object.entries(mounts).flatMap(([folder, path]) => ["--volume", `${resolve(folder)}:${path}:ro`]),
      ...Object.entries(volumes).flatMap(([volume, path]) => ["--volume", `${volume}:${path}`]),
      ...(process.user === undefined ? [] : ["--user", process.user]),
      ...(process.workingFolder === undefined ? [] : ["--workdir", process.workingFolder]),
      ...(program === undefined ? [] : ["--entrypoint", program]),
      ...rights(capabilities),
      ...(limits === undefined ? [] : limitArguments(limits)),
      image,
      ...words,
      ...command,
    ],
    { environment: variables, timeoutSeconds: pullSeconds },
  );
}

/** The argument that mounts a volume. Labels go to one that is made by this; one that is there keeps its own. */
function volumeMount({ name, labels }: ScriptRun["volume"]): string {
  const labelled = Object.entries(labels).map(([key, value]) => `volume-label=${key}=${value}`);
  return ["type=volume", `source=${name}`, `target=${scriptFolder}`, ...labelled].join(",");
}

/** Labels, with the mark of the run: one that is killed leaves the container, and only its mark says whose it is. */
export function labelArguments(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(marked(labels)).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
}

function rights(capabilities: CommandRun["capabilities"]): string[] {
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
  const aborted = event(signal, "abort", { signal: settled.signal }).then(
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

function idsIn(printed: string): string[] {
  return printed.split("\n").filter((id) => id !== "");
}
