import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { defaultPrefix } from "../../../toolchain/images/build.mjs";

/** Below which the images under test are built: one of its own, where other clones use the same engine. */
export const prefix = process.env.TOWPATH_TEST_IMAGE_PREFIX ?? defaultPrefix;

/** On everything that this run makes; others may test on the same engine. */
export const run = `images-${randomBytes(4).toString("hex")}`;
const label = `towpath.test=${run}`;

/** Runs the docker client and returns what it printed; fails as it does, and after 10 minutes. */
export async function docker(...args: string[]): Promise<string> {
  return (await execa("docker", args, { timeout: 600_000 })).stdout;
}

/** A container of an image of the mirror, running in the background. */
export class Container {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** `options` are docker run's, before the image; `command` comes after it. */
  static async start(image: string, options: string[] = [], command: string[] = []): Promise<Container> {
    const name = `${run}-${randomBytes(3).toString("hex")}`;
    await docker("run", "--detach", "--name", name, "--label", label, ...options, image, ...command);
    return new Container(name);
  }

  /** Returns what a shell in the container prints; fails when the last command does. */
  async shell(script: string): Promise<string> {
    return docker("exec", this.name, "sh", "-c", script);
  }

  /** Everything the container printed until now. */
  async logs(): Promise<string> {
    const { all } = await execa("docker", ["logs", this.name], { all: true });
    return all;
  }

  /** `docker inspect` with a template. */
  async inspect(format: string): Promise<string> {
    return docker("inspect", "--format", format, this.name);
  }

  /** Its address on the default bridge. */
  async address(): Promise<string> {
    return this.inspect("{{.NetworkSettings.IPAddress}}");
  }

  /** Stops it as a deployment would; returns the time that took and the exit code. */
  async stop(): Promise<{ seconds: number; exitCode: number }> {
    const began = Date.now();
    await docker("stop", "--time", "30", this.name);
    const seconds = (Date.now() - began) / 1000;
    return { seconds, exitCode: Number(await this.inspect("{{.State.ExitCode}}")) };
  }

  /** Ends it as a power cut would, and removes it; its volumes stay. */
  async kill(): Promise<void> {
    await docker("rm", "--force", this.name);
  }

  /** Waits for its end and returns the exit code. */
  async ended(): Promise<number> {
    return Number(await docker("wait", this.name));
  }
}

/** Runs a script in a container that is gone afterwards. */
export async function once(image: string, script: string, options: string[] = []): Promise<string> {
  return docker("run", "--rm", "--label", label, ...options, image, "sh", "-c", script);
}

export async function volume(): Promise<string> {
  return docker("volume", "create", "--label", label, `${run}-${randomBytes(3).toString("hex")}`);
}

/** Removes the containers and volumes of this run. */
export async function removeAll(): Promise<void> {
  const containers = await docker("ps", "--all", "--quiet", "--filter", `label=${label}`);
  if (containers !== "") await docker("rm", "--force", "--volumes", ...containers.split("\n"));
  const volumes = await docker("volume", "ls", "--quiet", "--filter", `label=${label}`);
  if (volumes !== "") await docker("volume", "rm", ...volumes.split("\n"));
}

/** Repeats `attempt` until it no longer fails; its last failure counts after that many seconds. */
export async function eventually<T>(attempt: () => Promise<T>, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(100);
    }
  }
}

/** Says that the container's first process is no longer root's. */
export async function assertUser(container: Container, id: number): Promise<void> {
  const status = await container.shell("cat /proc/1/status");
  assert.match(status, new RegExp(`^Uid:\\t${id}\\t${id}\\t${id}\\t${id}$`, "m"));
}
