/** What restic is told: by the program on a host, and by what asks for its repository before a release. */

/** The folder in which restic finds the files with its secrets. */
export const secretsFolder = "/run/secrets";

/** The names of those files. */
export const secretNames = /** @type {const} */ ({ password: "RESTIC_PASSWORD", keys: "STORAGE_KEYS" });

/** The folder in which restic finds what it copies. */
export const dataFolder = "/data";

/** The folder of the dumps in it, and so in each copy. */
export const dumpsFolder = "backups";

/** The time in which a storage has to answer, in seconds. */
const answerSeconds = 60;

/** The exit codes that restic documents, see https://restic.readthedocs.io/en/stable/075_scripting.html. */
const codes = { isNone: 10, isLocked: 11, wrongPassword: 12 };

/**
 * An environment's place in an S3 storage.
 *
 * @typedef {object} Repository
 * @property {string} endpoint
 * @property {string} bucket
 * @property {string} region
 * @property {string} namespace
 */

/**
 * A repository's address, as restic takes it.
 *
 * @param {Omit<Repository, "region">} repository
 */
export function repositoryAddress({ endpoint, bucket, namespace }) {
  return `s3:${endpoint}/${bucket}/${namespace}`;
}

/**
 * The variables of restic: none is secret, for what is lies in files of that folder.
 *
 * @param {Repository} repository
 * @param {string} folder
 * @returns {Record<string, string>}
 */
export function resticVariables(repository, folder = secretsFolder) {
  return {
    RESTIC_REPOSITORY: repositoryAddress(repository),
    RESTIC_PASSWORD_FILE: `${folder}/${secretNames.password}`,
    MINIO_SHARED_CREDENTIALS_FILE: `${folder}/${secretNames.keys}`,
    AWS_DEFAULT_REGION: repository.region,
    HOME: "/tmp",
  };
}

/**
 * The text of the file with the keys. It is the one of MinIO's client, because JSON takes every letter that a key may have;
 * in that of AWS some would begin a comment.
 *
 * @param {{ readonly accessKeyId: string, readonly secretAccessKey: string }} keys
 */
export function keysFile({ accessKeyId: accessKey, secretAccessKey: secretKey }) {
  return JSON.stringify({ version: "10", aliases: { s3: { url: "", accessKey, secretKey, api: "S3v4" } } });
}

/** Nothing is kept beside the repository: the container is gone afterwards. What is copied and brought back wait for each other. */
const restic = "restic --no-cache --quiet --retry-lock 10m";

/** Asks for the repository, with its exit code in `$code`, and its words in `/tmp/said`. It would try for 15 minutes. */
const asking = `code=0
timeout ${answerSeconds} restic --no-cache --quiet --no-lock cat config >/tmp/said 2>&1 </dev/null || code=$?`;

/**
 * Asks for a repository with the variables and files that standard input gives, and prints the exit code and what was said.
 * The input is a line each: the address, the region, the password, the keys.
 */
export const askingScript = `umask 077
IFS=
read -r RESTIC_REPOSITORY; read -r AWS_DEFAULT_REGION; read -r password; read -r keys
printf '%s' "$password" >/tmp/${secretNames.password}
printf '%s' "$keys" >/tmp/${secretNames.keys}
export RESTIC_REPOSITORY AWS_DEFAULT_REGION HOME=/tmp
export RESTIC_PASSWORD_FILE=/tmp/${secretNames.password} MINIO_SHARED_CREDENTIALS_FILE=/tmp/${secretNames.keys}
${asking}
echo "$code"
cat /tmp/said`;

/** What the program keeps for itself beside the dumps, and dumps that are not whole. */
const excluded = ["*.part", "schedule.json*", "drill.json*", "storage.json*"]
  .map((name) => `--exclude '${dataFolder}/${dumpsFolder}/${name}'`)
  .join(" ");

/**
 * Copies what lies in its folder, as the host "$1", and lets go of copies that are older than "$2" days; a repository that
 * is not there is made. Prints the newest copy as JSON, and the dumps in it.
 *
 * Locks that are left by what was killed are removed once they are half an hour old. A file that vanishes while it is read
 * makes restic fail, after it has copied the others: once more is enough for those.
 */
export const copyScript = `set -eu
exec 2>&1
${asking}
case "$code" in
  0) ;;
  ${codes.isNone}) ${restic} init ;;
  *) cat /tmp/said; exit "$code" ;;
esac
${restic} unlock
copy() { ${restic} backup --host "$1" ${excluded} . >/tmp/said; }
copy "$1" 2>/dev/null || copy "$1"
${restic} forget --host "$1" --group-by host --keep-within "$2d" --keep-last 1 --prune
${restic} snapshots --host "$1" --latest 1 --json
${restic} ls latest --host "$1" /${dumpsFolder} | grep '\\.dump$' || true`;

/** Ends where the repository cannot be read. */
const reading = `set -eu
exec 2>&1
${asking}
[ "$code" = 0 ] || { cat /tmp/said; exit "$code"; }`;

/** Prints where dumps of the host "$1" are, as JSON. */
export const findingScript = `${reading}
${restic} find --host "$1" --json '/${dumpsFolder}/*.dump'`;

/** The exit code of what found files where it should write some. */
const hasFiles = 73;

/**
 * Brings the dump "$2" of the copy "$1" back into its volume, with the facts about it; with "$3", the files of the volumes that
 * are there, which have to be empty but for folders without "$4".
 */
export const bringingScript = `umask 077
${reading}
used=
for folder in volumes/* object-storage; do
  [ -n "$3" ] && [ -z "$4" ] && [ -d "$folder" ] || continue
  [ -z "$(find "$folder" -type f | head -n 1)" ] || used="$used $folder"
done
if [ -n "$used" ]; then echo "files are in$used already"; exit ${hasFiles}; fi
dump=${dumpsFolder}/$2
if ${restic} dump "$1" "/$dump.json" >"$dump.json.part" 2>/dev/null; then mv "$dump.json.part" "$dump.json"
else rm -f "$dump.json.part"; fi
${restic} dump "$1" "/$dump" >"$dump.part"
sync "$dump.part"
mv "$dump.part" "$dump"
for folder in volumes/* object-storage; do
  [ -n "$3" ] && [ -d "$folder" ] && [ -n "$(${restic} ls "$1" "/$folder" | head -n 1)" ] || continue
  ${restic} restore "$1:/$folder" --target "$folder"
done`;

/**
 * A dump in a storage.
 *
 * @typedef {object} Stored
 * @property {string} file
 * @property {number} bytes
 * @property {string} snapshot the oldest copy that it is in: that one's files are of about the same time
 */

/**
 * Reads where dumps are.
 *
 * @param {string} said
 * @returns {Stored[]} the newest first
 */
export function storedIn(said) {
  const line = said.split("\n").findLast((one) => one.trim().startsWith("[")) ?? "[]";
  /** @type {unknown} */
  const found = JSON.parse(line);
  const copies = /** @type {{ snapshot: string, matches: { path: string, size: number }[] }[]} */ (found);
  /** @type {Map<string, Stored>} */
  const dumps = new Map();
  // restic tells of the newest copy first.
  for (const { snapshot, matches } of copies) {
    for (const { path, size: bytes } of matches) {
      const file = path.slice(`/${dumpsFolder}/`.length);
      dumps.set(file, { file, bytes, snapshot: snapshot.slice(0, 8) });
    }
  }
  return [...dumps.values()].sort((a, b) => (a.file < b.file ? 1 : -1));
}

/**
 * The newest copy in a storage.
 *
 * @typedef {object} Copied
 * @property {string} snapshot its id in restic's repository, as people are shown it
 * @property {number} at when it was begun, in milliseconds since 1970
 * @property {readonly string[]} dumps the dumps in it
 */

/**
 * Reads what a whole copy printed.
 *
 * @param {string} said
 * @returns {Copied}
 */
export function copiedIn(said) {
  const lines = said.split("\n").map((line) => line.trim());
  /** @type {unknown} */
  const listed = JSON.parse(lines.findLast((line) => line.startsWith("[")) ?? "[]");
  const newest = /** @type {{ short_id: string, time: string }[]} */ (listed).at(-1);
  if (newest === undefined) throw new Error("restic told of no copy");
  const folder = `/${dumpsFolder}/`;
  const dumps = lines.filter((line) => line.startsWith(folder)).map((line) => line.slice(folder.length));
  return { snapshot: newest.short_id, at: Date.parse(newest.time), dumps };
}

/**
 * Says why restic did not do it; undefined where it did, or nothing is there yet.
 *
 * @param {number | undefined} exitCode
 * @param {string} said
 */
export function resticProblem(exitCode, said) {
  if (exitCode === 0 || exitCode === codes.isNone) return undefined;
  if (exitCode === codes.wrongPassword) return "the password does not open what is there";
  return reasonIn(said);
}

/**
 * The reason in what restic says: what it tried again for, else its last word.
 *
 * @param {string} said
 */
function reasonIn(said) {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const retried = lines.findLast((line) => line.includes(" returned error, retrying after "));
  const fatal = lines.findLast((line) => line.startsWith("Fatal: "));
  const reason = retried?.replace(/^.* retrying after [^:]*: /, "") ?? fatal?.slice("Fatal: ".length);
  // It stands in quotation marks itself.
  return (reason ?? lines.at(-1) ?? "no word").replaceAll('"', "'");
}
