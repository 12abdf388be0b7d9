import { docker } from "./docker.ts";

/** How often containers were started again, by their names; one that does not run has no number. */
export type Restarts = ReadonlyMap<string, number>;

/** How often each of the containers was started again since it was made. */
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

/** The first container that has ended since, whether or not it was started again; undefined when all go on. */
export function endedSince(before: Restarts, now: Restarts): string | undefined {
  return [...before].find(([name, restarts]) => now.get(name) !== restarts)?.[0];
}
