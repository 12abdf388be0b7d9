/** The dump of a database into a volume of its host: what a migration, the command line and the schedule have in common. */
import { countedJson, counting, countingSession } from "./content.mjs";
import { lockHolder, tryLock } from "./lock.mjs";

/** The reason that a dump was taken for. @typedef {"schedule" | "release" | "by hand"} Reason */

/**
 * The facts that a whole dump prints, and that lie beside it as `<file>.json`.
 *
 * @typedef {object} Taken
 * @property {string} sha256
 * @property {number} bytes
 * @property {number} entries the number of entries in its table of contents
 */

/**
 * A dump that did not come about, in words: the problem, and the way to mend it.
 *
 * @typedef {object} Failure
 * @property {string} problem
 * @property {string} remedy
 * @property {boolean} full true when the disk has no room for it
 */

/** The time that a dump may take, in seconds: pg_dump writes 100 GB within three hours on a slow disk. */
export const dumpSeconds = 3 * 3600;

/** The exit code of a dump that did not get the lock, as sysexits.h has it for what may be tried again. */
const lockHeld = 75;

/**
 * The dump's name; names are in the order of their times.
 *
 * @param {number} time when it began, in milliseconds since 1970
 * @param {string} release that it is for; `scheduled` where it is for none
 */
export function dumpName(time, release) {
  return `${new Date(time).toISOString().replaceAll(":", "-").slice(0, 19)}Z-${release}.dump`;
}

/**
 * The way to a database from beside its server, which trusts whoever comes from there.
 *
 * @param {{ readonly administrator: string, readonly database: string }} to
 */
export function connectionTo({ administrator, database }) {
  return `host=127.0.0.1 user=${quoted(administrator)} dbname=${quoted(database)}`;
}

/**
 * A value in a connection string.
 *
 * @param {string} value
 */
function quoted(value) {
  return `'${value.replaceAll(/['\\]/g, "\\$&")}'`;
}

/** What psql dumps and counts: one snapshot for both, so that a dump is compared with nothing else than what it is of. */
const inSnapshot = `${countingSession}BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \\gset
\\setenv SNAPSHOT :snapshot
\\! pg_dump --dbname "$CONNECTION" --snapshot "$SNAPSHOT" --no-password --format custom --file "$FILE.part" && : >/tmp/dumped
\\set dumped \`[ -e /tmp/dumped ] && echo true || echo false\`
\\if :dumped
${counting}\\endif
`;

/**
 * Takes the dump "$2" over the connection "$1", has `pg_restore` read it, and writes its facts down, with the
 * reason "$3", the time "$4" of the schedule and what the database held. What it holds is for nobody else to read. What earlier
 * ones left half done is removed.
 */
const take = `umask 077
rm -f ./*.part /tmp/dumped
cat >/tmp/snapshot <<'END_OF_SNAPSHOT'
${inSnapshot}END_OF_SNAPSHOT
CONNECTION="$1" FILE="$2" psql --dbname "$1" --no-password --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --file /tmp/snapshot
[ -e /tmp/dumped ] || exit 1
pg_restore --list "$2.part" >/tmp/entries
entries=$(grep -c '^[0-9]' /tmp/entries) || true
sum=$(sha256sum "$2.part")
bytes=$(wc -c <"$2.part")
{
printf '{"why":"%s","due":"%s","sha256":"%s","bytes":%s,"entries":%s,"content":' "$3" "$4" "\${sum%% *}" "$bytes" "$entries"
${countedJson}
echo '}'
} >"$2.json.part"
sync "$2.part" "$2.json.part"`;

/** Gives a dump its name, once it is whole: its facts have theirs before. Prints the checksum, the size and the number of entries. */
const name = `mv "$2.json.part" "$2.json"
mv "$2.part" "$2"`;

/** The script of a dump whose starter has the lock: `sh -c <script> sh <connection> <file> <reason> <time>`. */
export const dumpScript = `set -eu
exec 2>&1
trap 'rm -f ./*.part' EXIT
${take}
${name}
echo "\${sum%% *} $bytes $entries"`;

/** What psql does with the lock in its hand. Its session is asked again at the end: without the lock, nothing counts. */
const underLock = `${tryLock} AS free \\gset
\\if :free
\\! sh -eu /tmp/take "$CONNECTION" "$FILE" "$REASON" "$DUE" && : >/tmp/taken
SELECT 1 AS still \\gset
\\else
${lockHolder} \\g /tmp/holder
\\! : >/tmp/held
\\endif
`;

/** The same, which takes the lock itself, and tries for "$5" seconds. It ends with the container, as the dump does. */
export const lockingDumpScript = `set -eu
exec 2>&1
trap 'rm -f ./*.part' EXIT
cat >/tmp/take <<'END'
${take}
echo "\${sum%% *} $bytes $entries" >/tmp/facts
END
cat >/tmp/locked <<'END'
${underLock}END
export CONNECTION="$1" FILE="$2" REASON="$3" DUE="$4"
tries=0
while :; do
  rm -f /tmp/held
  psql --dbname "$1" --no-password --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --file /tmp/locked
  [ -e /tmp/held ] || break
  tries=$((tries + 1))
  if [ "$tries" -ge "$5" ]; then echo "$5 s for $(cat /tmp/holder)"; exit ${lockHeld}; fi
  sleep 1
done
[ -e /tmp/taken ] || exit 1
${name}
cat /tmp/facts`;

/**
 * Reads what a whole dump printed.
 *
 * @param {string} said
 * @returns {Taken}
 */
export function takenIn(said) {
  const [sha256 = "", bytes = "", entries = ""] = said.trim().split("\n").at(-1)?.split(" ") ?? [];
  return { sha256, bytes: Number(bytes), entries: Number(entries) };
}

/**
 * Says why a dump did not come about.
 *
 * @param {object} ended
 * @param {number | undefined} ended.exitCode
 * @param {string} ended.said
 * @param {import("../../host/program/limits.mjs").LimitedEnd | undefined} ended.limited
 * @param {object} dump
 * @param {string} dump.database
 * @param {string} dump.volume
 * @param {string} dump.file
 * @returns {Failure}
 */
export function failureOf({ exitCode, said, limited }, { database, volume, file }) {
  if (limited !== undefined) {
    const { how, remedy } = limited;
    return { problem: `the dump of the database "${database}" ${how}`, remedy, full: false };
  }
  // Not the system's own words: they would be taken for this machine's disk.
  if (/no space left/i.test(said)) {
    return {
      problem: `the host's disk is full, got no room for ${file} in the volume ${volume}`,
      remedy: "free some on the host, or remove old dumps from that volume",
      full: true,
    };
  }
  const reason = said.trim().replaceAll(/\s*\n\s*/g, "; ");
  if (exitCode === lockHeld) {
    return {
      problem: `another migration or backup holds the lock of the database "${database}", waited ${reason}`,
      remedy: "see what it does",
      full: false,
    };
  }
  return {
    problem: `the database "${database}" could not be dumped, got "${reason}"`,
    remedy: "mend that",
    full: false,
  };
}
