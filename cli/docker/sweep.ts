import { until } from "../../components/input/until.ts";
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
 * The time for which something is tried again, in milliseconds: another command may be removing it, too, and the engine takes
 * the end of a container into account a moment later.
 */
const patience = 10_000;

/**
 * Removes whatever the engine still has of a namespace, found by its labels: what a killed run left and no state knows.
 * Images carry no label of ours; they are found by the names of their repositories.
 *
 * @throws Problem with the engine's words for what cannot be removed `within` milliseconds
 */
export async function sweep(
  run: Run,
  namespace: string,
  repositories: readonly string[],
  within = patience,
): Promise<Swept> {
  const filter = ["--filter", `label=towpath.namespace=${namespace}`];
  const named = repositories.flatMap((repository) => ["--filter", `reference=${repository}`]);
  const remove = async (
    kind: readonly string[],
    list: readonly string[],
    isOurs = (name: string): boolean => name !== "",
  ): Promise<readonly string[]> => {
    const listed = async (): Promise<string[]> => lines(await docker(run, list)).filter(isOurs);
    const names = await listed();
    const tryToRemove = async (left: readonly string[]): Promise<unknown> => {
      if (left.length === 0) return undefined;
      return docker(run, [...kind, ...left]).then(
        () => undefined,
        (error: unknown) => error,
      );
    };
    let problem = await tryToRemove(names);
    if (problem === undefined) return names;
    problem = await until(
      async () => tryToRemove(await listed()),
      (found) => found === undefined,
      { deadline: Date.now() + within, interval: 200 },
    );
    if (problem instanceof Error) throw problem;
    return names;
  };
  // One after the other: what a container holds is free once it is gone.
  return {
    containers: await remove(
      ["rm", "--force", "--volumes"],
      ["ps", "--all", "--format", "{{.Names}}", ...filter],
    ),
    volumes: await remove(["volume", "rm", "--force"], ["volume", "ls", "--quiet", ...filter]),
    networks: await remove(["network", "rm"], ["network", "ls", "--format", "{{.Name}}", ...filter]),
    images:
      repositories.length === 0
        ? []
        : await remove(
            ["image", "rm", "--force"],
            ["image", "ls", ...named, "--format", "{{.Repository}}:{{.Tag}}"],
            (image) => !image.endsWith(":<none>"),
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
