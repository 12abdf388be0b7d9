import type { BackupInput, BackupReceipt } from "../../components/contract/database.ts";
import type { LimitedEnd } from "../../components/host/program/limits.mjs";
import type { Machine } from "../machine/machine.ts";
import { waitingFor } from "../progress.ts";
import { StepFailure } from "../step-failure.ts";

/** The time that a dump may take, in seconds: pg_dump writes 100 GB within three hours on a slow disk. */
const limitSeconds = 3 * 3600;

/**
 * Dumps the database in PostgreSQL's custom format, and has `pg_restore --list` read it.
 *
 * A file has its name only once it is whole: what a failure leaves is removed, with what earlier ones left.
 */
export async function backUp(machine: Machine, input: BackupInput): Promise<BackupReceipt> {
  const { container, administrator, database, volume, release, labels } = input;
  const started = Date.now();
  const file = `${new Date(started).toISOString().replaceAll(":", "-").slice(0, 19)}Z-${release}.dump`;
  const run = {
    beside: container,
    script,
    arguments: [administrator, database, file],
    labels,
    volume: { name: volume, labels: { ...labels, "towpath.part": "backups" } },
    // Not those of a copy: rows are streamed, but pg_dump has every table, index and large object in memory.
    limits: await machine.limits(),
  };
  waitingFor(`the database "${database}" is dumped`);
  return machine.onceBeside(run, limitSeconds, async (ended) => {
    waitingFor(undefined);
    const said = await ended.output();
    if (ended.exitCode !== 0) throw new StepFailure(failure(said, input, file, await ended.limited("")));
    const [sha256 = "", bytes = "", entries = ""] = said.trim().split("\n").at(-1)?.split(" ") ?? [];
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    return { volume, file, sha256, bytes: Number(bytes), entries: Number(entries), seconds };
  });
}

/** Prints the checksum, the size and the number of entries. The dump holds everything, so it is for nobody else to read. */
const script = `set -eu
exec 2>&1
umask 077
rm -f ./*.part
trap 'rm -f "$3.part"' EXIT
pg_dump --host 127.0.0.1 --username "$1" --dbname "$2" --no-password --format custom --file "$3.part"
pg_restore --list "$3.part" >/tmp/entries
entries=$(grep -c '^[0-9]' /tmp/entries) || true
sum=$(sha256sum "$3.part")
bytes=$(wc -c <"$3.part")
sync "$3.part"
mv "$3.part" "$3"
echo "\${sum%% *} $bytes $entries"`;

function failure(
  said: string,
  { database, volume }: BackupInput,
  file: string,
  limited: LimitedEnd | undefined,
): string {
  const untouched = "neither the database nor what runs was touched";
  if (limited !== undefined) {
    return `backup: the dump of the database "${database}" ${limited.how}; ${untouched}: ${limited.remedy}`;
  }
  // Not the system's own words: they would be taken for this machine's disk.
  if (/no space left/i.test(said)) {
    return `backup: the host's disk is full, got no room for ${file} in the volume ${volume}; ${untouched}: free some on the host, or remove old dumps from that volume, and run the command again`;
  }
  const reason = said.trim().replaceAll(/\s*\n\s*/g, "; ");
  return `backup: the database "${database}" could not be dumped, got "${reason}"; ${untouched}: mend that and run the command again`;
}
