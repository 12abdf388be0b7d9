import { namesOf } from "../../components/naming/names.ts";
import { lines } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";

/** A dump of an environment's database, on its host. */
export interface Dump {
  readonly file: string;
  /** The time when it was begun, as ISO 8601 in UTC. */
  readonly at: string;
  readonly bytes: number;
}

/**
 * Finds the last dump of each namespace in its volume, which is looked into with an image that the machine has. Namespaces
 * without a dump are left out.
 */
export async function lastDumps(
  there: Run,
  namespaces: readonly string[],
  image: string,
  timeout: number,
): Promise<Map<string, Dump>> {
  if (namespaces.length === 0) return new Map();
  const asked = ["volume", "ls", "--quiet", "--filter", "label=towpath.part=backups"];
  const volumes = new Set(lines((await there("docker", asked, { timeout })).stdout));
  const mounts = namespaces.flatMap((namespace) => {
    const volume = namesOf(namespace).volume("backups");
    // One that is not there would be made by looking into it.
    return volumes.has(volume) ? ["--volume", `${volume}:/dumps/${namespace}:ro`] : [];
  });
  if (mounts.length === 0) return new Map();
  const script = 'for one in /dumps/*/*.dump; do [ ! -f "$one" ] || stat -c "%s %n" "$one"; done';
  const limits = ["--network", "none", "--read-only", "--memory", "64m", "--pids-limit", "16"];
  const looking = [
    "run",
    "--rm",
    ...limits,
    "--user",
    "0",
    ...mounts,
    "--entrypoint",
    "sh",
    image,
    "-c",
    script,
  ];
  return readDumps((await there("docker", looking, { timeout })).stdout);
}

/** Reads the sizes and paths of dumps. */
export function readDumps(printed: string): Map<string, Dump> {
  const last = new Map<string, Dump>();
  for (const line of lines(printed)) {
    const [, bytes, namespace, file, day, hour, minute, second] =
      /^(\d+) \/dumps\/([^/]+)\/((\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-\S+)$/.exec(line) ?? [];
    if (namespace === undefined || file === undefined) continue;
    const dump = { file, at: `${day}T${hour}:${minute}:${second}Z`, bytes: Number(bytes) };
    if ((last.get(namespace)?.at ?? "") < dump.at) last.set(namespace, dump);
  }
  return last;
}
