import { labelArguments } from "./docker-runs.ts";
import { docker, DockerFailure } from "./docker.ts";
import { labelFilters } from "./label-filters.ts";
import type { OwnNetwork } from "./machine.ts";
import { isOver, lasting, untilField } from "./overdue.ts";

/** The names of the networks that each of the containers is in; one that is gone is left out. */
export async function networksOf(containers: readonly string[]): Promise<readonly (readonly string[])[]> {
  const found = containers.map(async (container) => {
    try {
      const format = "{{json .NetworkSettings.Networks}}";
      return Object.keys(
        JSON.parse(await docker(["container", "inspect", "--format", format, container])) as object,
      );
    } catch (error) {
      if (!saysOneOf(error, /no such container/i)) throw error;
      return undefined;
    }
  });
  return (await Promise.all(found)).filter((networks) => networks !== undefined);
}

/**
 * Has a container join a network, also one that is stopped: it is in it from its next start on.
 *
 * @param alias one more name by which others there know it
 */
export async function joinNetwork(container: string, network: string, alias?: string): Promise<void> {
  const named = alias === undefined ? [] : ["--alias", alias];
  await docker(["network", "connect", ...named, network, container]);
}

/**
 * Has a container leave a network, also one that is stopped: it would not start again once the network is gone.
 *
 * Nothing is left to do where it is not in it, or one of the two is gone.
 */
export async function leaveNetwork(container: string, network: string): Promise<void> {
  try {
    await docker(["network", "disconnect", "--force", network, container]);
  } catch (error) {
    if (!saysOneOf(error, /no such container|(?:network|endpoint) \S+ not found|is not connected to/i))
      throw error;
  }
}

/** Makes a network that leads nowhere, and removes it when the work is done, whoever is still in it. */
export async function ownNetwork<T>(
  { name, labels, lastsSeconds }: OwnNetwork,
  work: (name: string) => Promise<T>,
): Promise<T> {
  await removeOverdue(labels);
  await docker(["network", "create", "--internal", ...labelArguments(lasting(labels, lastsSeconds)), name]);
  try {
    return await work(name);
  } finally {
    await removeNetwork(name);
  }
}

/** Removes what is left of those whose maker was killed. */
async function removeOverdue(labels: Readonly<Record<string, string>>): Promise<void> {
  const filters = labelFilters(labels);
  const lines = (
    await docker(["network", "ls", ...filters, "--format", `{{.Name}} ${untilField}`], { looks: true })
  ).split("\n");
  for (const line of lines) {
    const [name, until] = line.split(" ");
    if (name !== undefined && isOver(until)) await removeNetwork(name);
  }
}

async function removeNetwork(name: string): Promise<void> {
  const format = "{{range $one, $_ := .Containers}}{{$one}}\n{{end}}";
  const connected = await docker(["network", "inspect", "--format", format, name], { looks: true });
  for (const container of connected.split("\n").filter((one) => one !== ""))
    await leaveNetwork(container, name);
  await docker(["network", "rm", name]);
}

function saysOneOf(error: unknown, words: RegExp): boolean {
  return error instanceof DockerFailure && words.test(error.message);
}
