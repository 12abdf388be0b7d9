import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The time that the engine may take to answer, in milliseconds. */
const patience = 30_000;

/** Returns what a command prints where a copy runs on this machine; undefined when it fails, or nothing runs. */
export function askLocally(copy: string, command: readonly string[]): Promise<string | undefined> {
  return askEngine(["exec", copy, ...command]);
}

/** The ports of this machine that lead to a container, as the engine's JSON; undefined when there is no such container. */
export function localPorts(container: string): Promise<string | undefined> {
  return askEngine(["container", "inspect", "--format", "{{json .HostConfig.PortBindings}}", container]);
}

/** Returns what the docker client prints; undefined when it fails. */
export async function askEngine(args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("docker", [...args], { timeout: patience });
    return stdout;
  } catch {
    return undefined; // gone or stopped; what is made of it tells why
  }
}
