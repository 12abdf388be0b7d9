import { execa } from "execa";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { UserError } from "../../components/input/user-error.ts";
import { delivers, withoutSecrets } from "../delivered.ts";
import { StepFailure } from "../step-failure.ts";
import { defaultTimeoutSeconds, docker, DockerFailure } from "./docker.ts";
import { labelFilters } from "./label-filters.ts";
import type { CopyState, FoundCopy, Restarts } from "./machine.ts";
import { reach } from "./reach.ts";

/** The time that reading a container's secrets may take, in seconds. */
const readSeconds = 30;

/** The state of one container, by name or id. */
export async function stateOf(container: string): Promise<CopyState> {
  const text = await docker(["container", "inspect", container]);
  const [{ Created, State, RestartCount }] = JSON.parse(text) as [
    { Created: string; State: { Status: string; ExitCode: number }; RestartCount: number },
  ];
  return {
    runs: State.Status === "running",
    hasEnded: State.Status === "exited" || State.Status === "dead",
    exitCode: State.ExitCode,
    restarts: RestartCount,
    createdAt: new Date(Created),
  };
}

/** Reads how often each of the containers was started again since it was made. */
export async function restartsOf(containers: readonly string[]): Promise<Restarts> {
  if (containers.length === 0) return new Map();
  const format = "{{.Name}} {{.State.Status}} {{.RestartCount}}";
  const lines = (await docker(["container", "inspect", "--format", format, ...containers])).split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [name = "", status, restarts] = line.split(" ");
      return status === "running" ? [[name.replace(/^\//, ""), Number(restarts)] as const] : [];
    }),
  );
}

/** The states of containers that do not run, and do not by themselves. */
const still = ["created", "exited", "dead", "removing"];

/** The containers with these labels, whether or not they run. */
export async function copiesWith(labels: Readonly<Record<string, string>>): Promise<FoundCopy[]> {
  const filters = labelFilters(labels);
  const found = await docker(["ps", "--all", ...filters, "--format", "{{.Names}} {{.State}}"]);
  return found.split("\n").flatMap((line) => {
    const [name = "", state = ""] = line.split(" ");
    return name === "" ? [] : [{ name, isUp: !still.includes(state) }];
  });
}

/** Starts a container; one that runs goes on. */
export async function start(container: string): Promise<void> {
  await docker(["start", container]);
}

/** Stops a container; one that is gone has ended. */
export async function stop(container: string, graceSeconds: number): Promise<void> {
  try {
    await docker(["stop", "-t", String(graceSeconds), container], {
      timeoutSeconds: graceSeconds + defaultTimeoutSeconds,
    });
  } catch (error) {
    if (error instanceof DockerFailure && error.message.includes("No such container")) return;
    throw error;
  }
}

/** The container's addresses on all its networks; none of one that is gone. */
export async function addressesOf(container: string): Promise<string[]> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
  try {
    const found = await docker(["container", "inspect", "--format", format, container]);
    return found.split(" ").filter(Boolean);
  } catch (error) {
    if (error instanceof DockerFailure && error.message.includes("No such container")) return [];
    throw error;
  }
}

/**
 * The last lines that a container logged, standard output and error together, each marked: without its secrets. These
 * have to be known; else nothing is shown.
 */
export async function lastLogLines(container: string, count = 20): Promise<string> {
  await reach();
  const { all } = await execa("docker", ["logs", "--tail", String(count), container], {
    all: true,
    reject: false,
    timeout: defaultTimeoutSeconds * 1000,
    stdin: "ignore",
  });
  if (all === "") return "  (it logged nothing)";
  try {
    await knowSecretsOf(container);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `  (not shown, ${error.message})`;
  }
  return withoutSecrets(all)
    .split("\n")
    .map((line) => `  | ${line}`)
    .join("\n");
}

/** The containers whose secrets are known. */
const read = new Set<string>();

/** Takes note of the secrets that a container has as files, whether it runs or has ended. Throws a StepFailure. */
export async function knowSecretsOf(container: string): Promise<void> {
  if (read.has(container)) return;
  delivers(Object.values(await secretsOf(container)));
  read.add(container);
}

/** The secrets that a container has as files, by name, whether it runs or has ended. Throws a StepFailure. */
export async function secretsOf(container: string): Promise<Record<string, string>> {
  const answer = await execa("docker", ["cp", `${container}:/run/secrets`, "-"], {
    encoding: "buffer",
    reject: false,
    stdin: "ignore",
    timeout: readSeconds * 1000,
  });
  const secrets: Record<string, string> = {};
  if (answer.failed) {
    const said = Buffer.from(answer.stderr).toString().trim();
    if (!/no such container:path|could not find the file/i.test(said)) {
      throw new StepFailure(`its secrets cannot be read, got ${JSON.stringify(said)}`);
    }
  } else {
    const archive = Readable.from([Buffer.from(answer.stdout)]).pipe(extract());
    for await (const entry of archive) {
      const name = entry.header.name.split("/").at(-1) ?? "";
      const content = (await buffer(entry)).toString();
      if (entry.header.type === "file") secrets[name] = content;
    }
  }
  return secrets;
}

/** A secret that a container has, as a file or as a variable; undefined where it has none of that name. Throws a StepFailure. */
export async function secretOf(container: string, name: string): Promise<string | undefined> {
  const files = await secretsOf(container);
  if (Object.hasOwn(files, name)) return files[name];
  const variables = await docker(["container", "inspect", "--format", "{{json .Config.Env}}", container]);
  const found = (JSON.parse(variables) as string[] | null)?.find((line) => line.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

/** Limits the processes of a container, also after a restart of it or the machine; false for one that has ended. */
export async function limitProcesses(container: string, most: number): Promise<boolean> {
  try {
    await docker(["update", "--pids-limit", String(most), container]);
    return true;
  } catch (error) {
    if (
      error instanceof DockerFailure &&
      /stopped container|not running|deleted process|task \S+ not found/.test(error.message)
    )
      return false;
    throw error;
  }
}
