import { askEngine, runOnHost } from "../../components/host/connection.ts";
import { leastDemand } from "../../components/host/preflight.ts";
import type { HostConnection } from "../../components/host/ssh-config.ts";
import { size } from "../../components/input/size.mjs";

/** The load of a machine, and its room. */
export interface Load {
  readonly processors: number;
  /** The processes that want a processor, on average over the last minute. */
  readonly load: number;
  readonly memoryBytes: number;
  /** The memory that programs can still have. */
  readonly memoryFreeBytes: number;
  /** Of the disk that the engine keeps its data on. */
  readonly diskBytes: number;
  readonly diskFreeBytes: number;
}

/** Prints one fact a line: `sh -s <folder>`. */
const loadScript = `
echo "processors $(grep -c ^processor /proc/cpuinfo)"
echo "load $(cut -d ' ' -f 1 /proc/loadavg)"
sed -n 's/^MemTotal: *\\([0-9]*\\) kB/memory \\1/p; s/^MemAvailable: *\\([0-9]*\\) kB/memoryFree \\1/p' /proc/meminfo
df -P -k "$1" | awk 'NR == 2 { print "disk", $2; print "diskFree", $4 }'
`;

/** Asks a host for its load; undefined where it cannot say. */
export async function loadOf(connection: HostConnection, timeoutSeconds: number): Promise<Load | undefined> {
  const info = (await askEngine(connection, "/info")) as { readonly DockerRootDir: string };
  const command = ["sh", "-s", "--", info.DockerRootDir];
  const { stdout } = await runOnHost(connection, command, { input: loadScript, timeoutSeconds });
  return readLoad(stdout);
}

/** Reads what the script printed; undefined when a fact is missing. */
export function readLoad(printed: string): Load | undefined {
  const fact = (name: string): number => Number(new RegExp(`^${name} ([\\d.]+)$`, "m").exec(printed)?.[1]);
  const load = {
    processors: fact("processors"),
    load: fact("load"),
    memoryBytes: fact("memory") * 1024,
    memoryFreeBytes: fact("memoryFree") * 1024,
    diskBytes: fact("disk") * 1024,
    diskFreeBytes: fact("diskFree") * 1024,
  };
  return Object.values(load).some(Number.isNaN) ? undefined : load;
}

const gibibyte = 1024 ** 3;

/** Free space on a disk below which somebody should look, whatever its size: a large one has it at less than a tenth. */
const leastFree = 5 * gibibyte;

/** The part of the memory below which the kernel soon ends something. */
const leastMemory = 0.05;

/** Says what of a machine's room is about to be used up. */
export function loadProblems(
  host: string,
  { diskBytes, diskFreeBytes, memoryBytes, memoryFreeBytes }: Load,
): string[] {
  const problems: string[] = [];
  const least = Math.max(leastDemand.diskBytes, Math.min(diskBytes / 10, leastFree));
  if (diskFreeBytes < least) {
    problems.push(
      `${host}: the disk of its Docker engine fills up, got ${size(diskFreeBytes)} free of ${size(diskBytes)}; see there what takes the space with docker system df, and remove old images with npx towpath images prune`,
    );
  }
  if (memoryFreeBytes < memoryBytes * leastMemory) {
    problems.push(
      `${host}: its memory runs out, got ${size(memoryFreeBytes)} free of ${size(memoryBytes)}; see who takes it with npx towpath top`,
    );
  }
  return problems;
}
