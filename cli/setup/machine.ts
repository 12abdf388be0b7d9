import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Engine } from "../docker/endpoint.ts";
import { Problem } from "../problem.ts";
import { run } from "../process/run.ts";
import type { Project } from "../project.ts";
import type { StackFolders } from "../pulumi/folders.ts";
import { homeWithoutLog } from "../pulumi/home.ts";
import { pulumiVariables } from "../pulumi/variables.ts";
import type { Progress } from "../terminal/progress.ts";
import { dockerRequirement, type DockerRequirement } from "./docker.ts";
import { imagesRequirement, readImageSource } from "./images.ts";
import { buildMirror, missingImages } from "./mirror.ts";
import { pulumiRequirements } from "./pulumi.ts";
import { reachable } from "./reachable.ts";
import { setUp, type Lane } from "./set-up.ts";
import { stateRequirement } from "./state.ts";
import { buildPart } from "./toolchain.ts";

/** The requirements of every environment on this machine, in lanes that do not wait for each other. */
export interface Requirements {
  readonly docker: DockerRequirement;
  /** The Pulumi CLI, its plugins and a place for the state: enough for commands that touch no machine. */
  readonly pulumi: readonly Lane[];
  /** The engine and the images in it. */
  readonly engine: Lane;
}

/** The settings of an environment that concern the machine. */
export interface Wanted {
  /** The mirror that images come from, when a person set one. */
  readonly imageMirror?: string | undefined;
  /** The folder in which this project keeps the state. */
  readonly folders: Pick<StackFolders, "state">;
}

/** The requirements, with this machine's own tools. */
export function requirementsOf(project: Project, { imageMirror, folders }: Wanted): Requirements {
  const docker = dockerRequirement({
    run,
    distribution,
    isRoot: process.getuid?.() === 0,
    startDetached: (command, args) => startDetached(join(project.privateFolder, "logs"), command, args),
    environment: process.env,
    wait,
  });
  const images = imagesRequirement(project, imageMirror, {
    run,
    probe: "redis:7",
    missing: missingImages,
    build: buildMirror,
  });
  return {
    docker,
    pulumi: [
      pulumiRequirements(project, {
        run,
        reachable,
        build: (part, report) => buildPart(project, part, report),
      }),
      [stateRequirement(project, folders, process.env)],
    ],
    engine: [docker, images],
  };
}

/** A machine on which environments can be started. */
export interface Ready {
  readonly engine: Engine;
  /** The variables for every call of Pulumi. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * The needs of a command before it begins: `start` everything; `remove` Pulumi and an engine, but no images; `look` an
 * engine that runs already, and nothing is provided.
 */
export type Need = "start" | "remove" | "look";

/** Provides what a command needs, and reports what it found. */
export async function getReady(
  project: Project,
  wanted: Wanted,
  need: Need,
  progress: Progress,
): Promise<Ready> {
  const { docker, pulumi, engine } = requirementsOf(project, wanted);
  if (need === "look") {
    if (!(await docker.check())) throw new Problem(notRunning);
  } else {
    await setUp([...pulumi, need === "start" ? engine : [docker]], progress);
  }
  const found = docker.engine;
  if (found === undefined) throw new Error("docker: the check said nothing of the engine");
  return { engine: found, environment: variablesFor(project, wanted, found) };
}

/** Says that there is nothing to look at. */
export const notRunning =
  'docker: no engine answers, so nothing of this environment runs; "npm start" starts the engine and the environment';

/** The variables of Pulumi's process, as far as set-up has decided on them. */
export function variablesFor(
  project: Project,
  { imageMirror, folders }: Wanted,
  engine: Engine | undefined,
): NodeJS.ProcessEnv {
  const isDefault = engine === undefined || engine.endpoint === "" || engine.endpoint === defaultEndpoint;
  return pulumiVariables(project, {
    dockerHost: isDefault ? undefined : engine.endpoint,
    usesBuiltMirror: imageMirror === undefined && readImageSource(project) === "mirror",
    folders,
    pulumiHome: homeWithoutLog(project),
  });
}

/**
 * The same for a stack whose hosts are elsewhere: images that were built for this machine's engine are of no use there, and
 * a docker context would lead the plugin away from them.
 */
export function variablesForHosts(project: Project, { folders }: Wanted): NodeJS.ProcessEnv {
  const pulumiHome = homeWithoutLog(project);
  const environment = pulumiVariables(project, { usesBuiltMirror: false, folders, pulumiHome });
  delete environment.DOCKER_CONTEXT;
  return environment;
}

const defaultEndpoint = "unix:///var/run/docker.sock";

function distribution(): string | undefined {
  try {
    return /^ID="?(\w+)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

/** Starts a program that stays when we end; returns the file with its output. */
function startDetached(folder: string, command: string, args: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${command}.log`);
  const log = openSync(path, "a");
  spawn(command, args, { detached: true, stdio: ["ignore", log, log], cwd: "/" })
    .on("error", () => undefined)
    .unref();
  closeSync(log);
  return path;
}
