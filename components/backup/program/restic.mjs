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

/** Nothing is kept beside the repository: the container is gone afterwards. */
const restic = "restic --no-cache --quiet";

/** Asks for the repository, with its exit code in `$code`, and its words in `/tmp/said`. It would try for 15 minutes. */
const asking = `code=0
timeout ${answerSeconds} ${restic} cat config >/tmp/said 2>&1 </dev/null || code=$?`;

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
  return (
    retried?.replace(/^.* retrying after [^:]*: /, "") ??
    fatal?.slice("Fatal: ".length) ??
    lines.at(-1) ??
    "no word"
  );
}
