import { connectionTo } from "../../components/backup/program/dump.mjs";
import type { FoundDump, LookInput, PutInput } from "../../components/contract/restore.ts";
import type { EndedRun, Machine } from "../machine/machine.ts";
import { StepFailure } from "../step-failure.ts";
import { dumpsVolume } from "./backup.ts";

/** The time that a look into the volume may take, in seconds. */
const lookSeconds = 60;

/** The time that restoring may take, in seconds: indexes are made anew, so twice as long as a dump may take. */
const restoreSeconds = 6 * 3600;

/** Prints each dump on a line: its size, its name, and its facts, where there are some. */
const listing = `for one in *.dump; do
  [ -f "$one" ] || continue
  facts=$(tr -d '\\n' 2>/dev/null <"$one.json") || facts=
  printf '%s %s %s\\n' "$(wc -c <"$one")" "$one" "$facts"
done`;

/** The exit codes of the restoring that are about the dump and not the database, as sysexits.h has them. */
const codes = { damaged: 65, gone: 66 };

/**
 * Restores the dump "$2" over the connection "$1", once it is what its facts say; those of a dump that somebody else made
 * are not there. Prints its checksum.
 */
const restoring = `set -eu
exec 2>&1
[ -f "$2" ] || exit ${codes.gone}
sum=$(sha256sum "$2")
if [ -f "$2.json" ] && ! grep -q "\\"sha256\\":\\"\${sum%% *}\\"" "$2.json"; then exit ${codes.damaged}; fi
pg_restore --dbname "$1" --no-password --exit-on-error "$2"
echo "\${sum%% *}"`;

/** Returns the dumps in the volume, the newest first. */
export async function findDumps(
  machine: Machine,
  { container, volume, labels }: Pick<LookInput, "container" | "volume" | "labels">,
): Promise<FoundDump[]> {
  const run = {
    beside: container,
    script: listing,
    arguments: [],
    labels,
    volume: dumpsVolume({ volume, labels }),
  };
  const limits = await machine.limits();
  return machine.onceBeside({ ...run, limits }, lookSeconds, async (ended) => {
    if (ended.exitCode !== 0) {
      throw new StepFailure(
        `restore: the volume ${volume} could not be looked into, got "${await said(ended)}"; mend that and run the command again`,
      );
    }
    return dumpsIn(await ended.output());
  });
}

/** Reads the lines that the listing printed. */
export function dumpsIn(printed: string): FoundDump[] {
  const dumps = printed.split("\n").flatMap((line): FoundDump[] => {
    const [, bytes, file, facts = ""] = /^ *(\d+) (\S+\.dump) ?(.*)$/.exec(line) ?? [];
    if (bytes === undefined || file === undefined) return [];
    const read = factsIn(facts);
    return [{ file, bytes: Number(bytes), ...(read && { facts: read }) }];
  });
  return dumps.sort((one, other) => (one.file < other.file ? 1 : -1));
}

function factsIn(text: string): FoundDump["facts"] {
  try {
    const { why, sha256, bytes } = JSON.parse(text) as Record<string, unknown>;
    if (typeof why !== "string" || typeof sha256 !== "string" || typeof bytes !== "number") return undefined;
    return { why, sha256, bytes };
  } catch {
    return undefined;
  }
}

/** Restores a dump into a database that is there and empty. Returns the dump's checksum. */
export async function restoreInto(
  machine: Machine,
  database: string,
  { container, administrator, volume, labels, file }: PutInput,
): Promise<string> {
  const run = {
    beside: container,
    script: restoring,
    arguments: [connectionTo({ administrator, database }), file],
    labels,
    volume: dumpsVolume({ volume, labels }),
    limits: await machine.limits(),
  };
  return machine.onceBeside(run, restoreSeconds, async (ended) => {
    if (ended.exitCode === 0) return (await ended.output()).trim().split("\n").at(-1) ?? "";
    throw new StepFailure(await problemOf(ended, { file, volume }));
  });
}

async function problemOf(
  ended: EndedRun,
  { file, volume }: Pick<PutInput, "file" | "volume">,
): Promise<string> {
  const limited = await ended.limited("");
  if (limited !== undefined) return `restore: restoring ${file} ${limited.how}; ${limited.remedy}`;
  if (ended.exitCode === codes.gone) {
    return `restore: expected the dump ${file} in the volume ${volume}, got none; see what there is with npx towpath backups`;
  }
  if (ended.exitCode === codes.damaged) {
    return `restore: expected ${file} as ${file}.json describes it, got another checksum; the file is damaged: take another dump`;
  }
  return `restore: ${file} could not be restored, got "${await said(ended)}"; mend that, or take another dump`;
}

/** The first line that says what was wrong: lines after it may show rows. */
async function said(ended: EndedRun): Promise<string> {
  const lines = (await ended.output()).split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? `exit code ${ended.exitCode}`;
}
