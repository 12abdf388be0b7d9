import type { DrillRecord } from "../../components/backup/program/drill.mjs";
import { defined } from "../../components/input/defined.ts";
import { isoOf } from "../../components/input/times.mjs";
import { namesOf } from "../../components/naming/names.ts";
import { lines } from "../docker/containers.ts";
import type { Run } from "../process/run.ts";

/** A dump of an environment's database, on its host. */
export interface Dump {
  readonly file: string;
  /** The time when it was begun, as ISO 8601 in UTC. */
  readonly at: string;
  readonly bytes: number;
  /** What its host's restores of dumps say; left out where there was none. */
  readonly drill?: DrillSeen;
}

/** The last restore of a dump that passed, and the last that failed. Times are ISO 8601 in UTC. */
export interface DrillSeen {
  readonly proven?: {
    readonly at: string;
    readonly file: string;
    readonly seconds: number;
    readonly rows: number;
  };
  readonly failedAt?: string;
}

/**
 * Finds the last dump of each namespace in its volume, which is looked into with an image that the machine has, and what was
 * proven. Namespaces without a dump are left out.
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
  const script = [
    'for one in /dumps/*/*.dump; do [ ! -f "$one" ] || stat -c "%s %n" "$one"; done',
    'for one in /dumps/*/drill.json; do [ ! -f "$one" ] || echo "$one $(cat "$one")"; done',
  ].join("; ");
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

/** Reads the sizes and paths of dumps, and the records of their restores. */
export function readDumps(printed: string): Map<string, Dump> {
  const last = lastIn(printed);
  for (const line of lines(printed)) {
    const [, namespace = "", record = ""] = /^\/dumps\/([^/]+)\/drill\.json (.+)$/.exec(line) ?? [];
    const dump = last.get(namespace);
    const drill = drillIn(record);
    if (dump !== undefined && drill !== undefined) last.set(namespace, { ...dump, drill });
  }
  return last;
}

function drillIn(record: string): DrillSeen | undefined {
  try {
    const { proven, failure } = JSON.parse(record) as Partial<DrillRecord>;
    if (proven === undefined && failure === undefined) return undefined;
    return defined({
      proven: proven && {
        at: isoOf(proven.at),
        file: proven.file,
        seconds: proven.seconds,
        rows: proven.rows,
      },
      failedAt: failure && isoOf(failure.at),
    });
  } catch {
    return undefined; // there is none, or it is not whole
  }
}

function lastIn(printed: string): Map<string, Dump> {
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
