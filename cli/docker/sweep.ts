import type { Run } from "../process/run.ts";
import { docker, lines } from "./containers.ts";

/** The things that a sweep removed, by kind. */
export interface Swept {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly images: readonly string[];
}

/**
 * Removes whatever the engine still has of a namespace, found by its labels: what a killed run left and no state knows.
 * Images carry no label of ours; they are found by the names of their repositories.
 */
export async function sweep(run: Run, namespace: string, repositories: readonly string[]): Promise<Swept> {
  const filter = ["--filter", `label=towpath.namespace=${namespace}`];
  const named = repositories.flatMap((repository) => ["--filter", `reference=${repository}`]);
  const list = async (args: readonly string[]): Promise<string[]> => lines(await docker(run, args));
  const remove = async (args: readonly string[], names: readonly string[]): Promise<readonly string[]> => {
    if (names.length > 0) await docker(run, [...args, ...names]);
    return names;
  };
  const containers = await remove(
    ["rm", "--force", "--volumes"],
    await list(["ps", "--all", "--format", "{{.Names}}", ...filter]),
  );
  const [volumes, networks, images] = await Promise.all([
    list(["volume", "ls", "--quiet", ...filter]),
    list(["network", "ls", "--format", "{{.Name}}", ...filter]),
    repositories.length === 0 ? [] : list(["image", "ls", ...named, "--format", "{{.Repository}}:{{.Tag}}"]),
  ]);
  return {
    containers,
    volumes: await remove(["volume", "rm", "--force"], volumes),
    networks: await remove(["network", "rm"], networks),
    images: await remove(
      ["image", "rm", "--force"],
      images.filter((image) => !image.endsWith(":<none>")),
    ),
  };
}

/** Puts what was removed into words; undefined when there was nothing. */
export function sweptInWords(swept: Swept): string | undefined {
  const parts = (["containers", "volumes", "networks", "images"] as const)
    .filter((kind) => swept[kind].length > 0)
    .map((kind) => `${kind} ${swept[kind].join(", ")}`);
  return parts.length === 0 ? undefined : `removed what was left: ${parts.join("; ")}`;
}
