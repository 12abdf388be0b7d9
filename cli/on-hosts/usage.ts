import type { HostConnection } from "../../components/host/ssh-config.ts";
import { lines, listAllContainers } from "../docker/containers.ts";
import { isUp } from "../docker/start-stop.ts";
import { Problem } from "../problem.ts";
import { lastLines, type Run } from "../process/run.ts";
import { onHost } from "../stack/killed-release.ts";

/** What a container takes of its machine, and what it may. */
export interface Usage {
  readonly namespace: string;
  readonly part: string;
  readonly name: string;
  /** In processors: 0.5 is half of one. */
  readonly processors: number;
  /** Null where it may have all. */
  readonly processorsLimit: number | null;
  readonly memoryBytes: number;
  /** Null where it may have all. */
  readonly memoryLimitBytes: number | null;
  readonly processes: number;
}

/** The time that the engine may take, in milliseconds: it watches for a second or two. */
const patience = 12_000;

/**
 * Asks a machine's engine once what the containers of these namespaces take.
 *
 * @throws Problem when it does not answer
 */
export async function usageOn(
  connection: HostConnection,
  namespaces: readonly string[],
  run: Run,
): Promise<Usage[]> {
  const there = onHost(connection, run);
  const running = (await listAllContainers(there, patience)).filter(
    ({ namespace, state }) => namespaces.includes(namespace) && isUp(state),
  );
  if (running.length === 0) return [];
  const ids = running.map(({ id }) => id);
  const limitsFormat = "{{.Id}} {{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}";
  const statsFormat = "{{.ID}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.PIDs}}";
  const [limits, stats] = await Promise.all([
    there("docker", ["container", "inspect", "--format", limitsFormat, ...ids], { timeout: patience }),
    there("docker", ["stats", "--no-stream", "--no-trunc", "--format", statsFormat, ...ids], {
      timeout: patience,
    }),
  ]);
  // One that ends meanwhile makes both fail, and the others are reported all the same.
  if (stats.stdout.trim() === "" && stats.code !== 0) throw new Problem(silent(connection.host, stats));
  const limitOf = readLimits(limits.stdout);
  const takes = readStats(stats.stdout);
  return running.flatMap(({ id, namespace, part, name }) => {
    const taken = takes.get(id);
    return taken === undefined
      ? []
      : [
          {
            namespace,
            part,
            name,
            ...taken,
            ...(limitOf.get(id) ?? { processorsLimit: null, memoryLimitBytes: null }),
          },
        ];
  });
}

/** Says that the engine did not tell. */
function silent(host: string, { failure, stderr }: { failure?: string; stderr: string }): string {
  const said = failure === "TIMEOUT" ? `nothing within ${patience / 1000} s` : lastLines(stderr, 1);
  return `towpath:hosts.${host}: its engine has to say what containers take, got ${JSON.stringify(said)}; see there how it is with docker stats`;
}

type Limits = Pick<Usage, "processorsLimit" | "memoryLimitBytes">;

function readLimits(printed: string): Map<string, Limits> {
  return new Map(
    lines(printed).map((line) => {
      const [id = "", nano, memory] = line.split(" ");
      const limit = (value: number): number | null => (value > 0 ? value : null);
      return [id, { processorsLimit: limit(Number(nano) / 1e9), memoryLimitBytes: limit(Number(memory)) }];
    }),
  );
}

/** Reads what `docker stats` prints, by the containers' ids. */
export function readStats(
  printed: string,
): Map<string, Pick<Usage, "processors" | "memoryBytes" | "processes">> {
  return new Map(
    lines(printed).flatMap((line) => {
      const [id = "", percent = "", memory = "", processes = ""] = line.split("\t");
      const found = {
        processors: Number.parseFloat(percent) / 100,
        memoryBytes: bytesOf(memory.split("/")[0]?.trim() ?? ""),
        processes: Number(processes),
      };
      // Of one that ended just now there is `--`.
      return Object.values(found).some(Number.isNaN) ? [] : [[id, found] as const];
    }),
  );
}

const units: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

function bytesOf(text: string): number {
  const [, amount = "", unit = ""] = /^([\d.]+)([KMGT]?i?B)$/.exec(text) ?? [];
  return Math.round(Number(amount || Number.NaN) * (units[unit] ?? Number.NaN));
}
