import { findEngine, type Engine, type NoEngine } from "../docker/endpoint.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import type { Step } from "../terminal/progress.ts";
import type { Requirement } from "./requirement.ts";

/** The oldest engine: the first with what the components use. */
export const oldestEngine = "20.10";

/** Its API. */
const oldestApi = [1, 41] as const;

/** The time that an engine may take to answer after its start, in milliseconds. */
const startsWithin = 60_000;

/** The machine's tools for providing an engine. */
export interface DockerTools {
  run: Run;
  /** `debian` and `ubuntu` have the packages that we know. */
  distribution(): string | undefined;
  isRoot: boolean;
  /** Starts a program that outlives us, with its output in a file, whose path is returned. */
  startDetached(command: string, args: readonly string[]): string;
  environment: NodeJS.ProcessEnv;
  wait(milliseconds: number): Promise<void>;
}

/** A requirement that, once met, knows the engine that it found. */
export type DockerRequirement = Requirement & { readonly engine: Engine | undefined };

/**
 * A Docker engine that answers, and the docker client.
 *
 * One that runs is used, wherever `DOCKER_HOST` or the docker context points. On Debian and Ubuntu, as root, a missing
 * one is installed and started; elsewhere the person learns what to do.
 */
export function dockerRequirement(tools: DockerTools): DockerRequirement {
  let engine: Engine | undefined;
  const found = async (): Promise<Engine | NoEngine> => {
    const answer = await findEngine(tools.run);
    if ("reason" in answer) return answer;
    if (isTooOld(answer.apiVersion)) throw new Problem(engineTooOld(answer.version));
    engine = answer;
    return answer;
  };
  const pointsElsewhere =
    tools.environment.DOCKER_HOST !== undefined || tools.environment.DOCKER_CONTEXT !== undefined;
  const canInstall =
    tools.isRoot && !pointsElsewhere && ["debian", "ubuntu"].includes(tools.distribution() ?? "");

  return {
    title: "docker",
    get engine() {
      return engine;
    },
    check: async () => {
      const answer = await found();
      if (!("reason" in answer)) return true;
      if (!canInstall) throw new Problem(noEngine(answer));
      return false;
    },
    provide: async (step) => {
      const missing = await missingPrograms(tools.run);
      if (missing.length > 0) await install(tools.run, step);
      step.detail("starting the engine");
      const readLog = await start(tools);
      for (let waited = 0; waited < startsWithin; waited += 500) {
        if (!("reason" in (await found()))) return;
        await tools.wait(500);
      }
      const log = await tools.run(readLog[0], readLog.slice(1));
      throw new Problem(engineDoesNotStart(readLog, log.stdout));
    },
  };
}

/** Tells whether an engine's API version, such as `1.40`, is older than what the components use. */
export function isTooOld(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split(".").map(Number);
  return major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1]);
}

/** Says that the engine is too old. */
export function engineTooOld(version: string): string {
  return `docker: engine ${oldestEngine} or newer is needed, got ${version}; upgrade it, see https://docs.docker.com/engine/install/`;
}

/** Says that there is no engine, and how to get one. */
export function noEngine(missing: NoEngine): string {
  if (missing.reason === "no client") {
    return "docker: the docker client is needed, got no program of that name on PATH; install Docker, see https://docs.docker.com/engine/install/";
  }
  if (/permission denied/i.test(missing.answer)) {
    return `docker: the engine at ${missing.endpoint} must be open to you, got "permission denied"; add yourself to the group "docker" and log in again`;
  }
  return `docker: no engine answers at ${missing.endpoint}, got "${missing.answer}"; start Docker, or point DOCKER_HOST or the docker context at an engine that runs`;
}

/** Says that the engine was started and does not answer, with the end of its log. */
export function engineDoesNotStart(readLog: readonly string[], log: string): string {
  return `docker: the engine does not answer ${startsWithin / 1000} s after it was started; "${readLog.join(" ")}" shows\n${lastLines(log, 5)}`;
}

async function missingPrograms(run: Run): Promise<string[]> {
  const programs = ["docker", "dockerd", "iptables"];
  const results = await Promise.all(programs.map((program) => run(program, ["--version"])));
  return programs.filter((_, index) => results[index]?.failure === "ENOENT");
}

/** The packages; where the distribution keeps the client apart (since Debian 13), that one too. */
async function install(run: Run, step: Step): Promise<void> {
  const apt = (args: readonly string[]): ReturnType<Run> =>
    run("apt-get", args, {
      environment: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      onLine: (line) => {
        step.detail(line);
      },
    });
  const flags = ["install", "--yes", "--no-install-recommends"];
  await apt(["update"]);
  const result = await apt([...flags, "docker.io", "iptables"]);
  if (result.code !== 0) {
    throw new Problem(
      `docker: apt-get could not install docker.io and iptables, got "${lastLines(result.stderr, 3)}"; install Docker, see https://docs.docker.com/engine/install/`,
    );
  }
  if ((await missingPrograms(run)).includes("docker")) await apt([...flags, "docker-cli"]);
}

/** Starts the engine: by systemd where that runs, else by itself. Returns the command that shows its log. */
async function start(tools: DockerTools): Promise<[string, ...string[]]> {
  const managed = await tools.run("systemctl", ["start", "docker"]);
  if (managed.code === 0) return ["journalctl", "--unit", "docker", "--lines", "5"];
  return ["tail", "-n", "5", tools.startDetached("dockerd", [])];
}
