/** The time after which a running container counts as settled, in milliseconds: as long as for Kubernetes' back-off. */
const settledAfter = 10 * 60_000;

/** The least number of restarts of one that runs again: once may be the fault of something else. */
const leastRestarts = 2;

/** The arguments of the docker client that ask how often containers, by name or id, were started again. */
export function restartsQuestion(containers: readonly string[]): string[] {
  const format = "{{.Id}} {{.Name}} {{.State.Status}} {{.RestartCount}} {{.State.StartedAt}}";
  return ["container", "inspect", "--format", format, ...containers];
}

/** Returns the restarts of containers that end again and again, by their ids and by their names. */
export function restartingIn(answer: string, now = Date.now()): ReadonlyMap<string, number> {
  return new Map(
    answer.split("\n").flatMap((line) => {
      const [id = "", name = "", status, count, startedAt = ""] = line.split(" ");
      const restarts = Number(count);
      const waits = status === "restarting";
      const runsAgain =
        status === "running" && restarts >= leastRestarts && now - Date.parse(startedAt) < settledAfter;
      if (!waits && !runsAgain) return [];
      return [id, name.replace(/^\//, "")].map((found) => [found, restarts] as const);
    }),
  );
}

/** Describes such a container's state, in place of `running`. */
export function restartingInWords(restarts: number): string {
  return `restarting (${restarts} ${restarts === 1 ? "time" : "times"})`;
}

/** The containers that users get, each with its service, as a stack's outputs tell them. */
function copiesIn(outputs: Readonly<Record<string, unknown>> | undefined): (readonly [string, string])[] {
  const services = (outputs?.services ?? {}) as Readonly<Record<string, { containers?: readonly string[] }>>;
  return Object.entries(services).flatMap(([service, { containers = [] }]) =>
    containers.map((container) => [container, service] as const),
  );
}

/** A warning for each copy of the release that runs on a host which ends again and again. */
export async function restartWarnings(
  outputs: Readonly<Record<string, unknown>> | undefined,
  host: string,
  restarting: (copies: readonly string[]) => Promise<ReadonlyMap<string, number>>,
): Promise<string[]> {
  const copies = copiesIn(outputs);
  if (copies.length === 0) return [];
  const found = await restarting(copies.map(([container]) => container));
  return copies.flatMap(([container, service]) => {
    const restarts = found.get(container);
    if (restarts === undefined) return [];
    return `services.${service}: ${container} on ${host} is ${restartingInWords(restarts)}, because it ends again and again; see why there with docker logs ${container}`;
  });
}
