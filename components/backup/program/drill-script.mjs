/** The shell script that restores a dump on a server of its own, and counts what is there then. */
import { countedJson, counting, countingSession } from "./content.mjs";

/** The time in which an empty server has to begin, in seconds. */
const beginSeconds = 300;

/** The exit codes of the script, as sysexits.h has them. */
export const codes = { damaged: 65, gone: 66, server: 69, room: 73 };

/**
 * Restores the dump "$1" with the checksum "$2", as the role "$3", where there are "$4" KiB in the folder "$5", with the roles
 * that the SQL "$6" makes, on the server that the other arguments start. Prints the seconds and what is there then.
 */
export const drillScript = `set -eu
exec 2>&1
file=$1 sum=$2 role=$3 needed=$4 folder=$5 roles=$6
shift 6
[ -f "$file" ] || exit ${codes.gone}
found=$(sha256sum "$file")
[ "\${found%% *}" = "$sum" ] || exit ${codes.damaged}
free=$(df -Pk "$folder" | tail -n 1 | sed 's/ *[0-9]*% .*//; s/.* //')
if [ "$free" -lt "$needed" ]; then echo "$free"; exit ${codes.room}; fi
{ "$@" >/tmp/server 2>&1 || true; : >/tmp/ended; } &
tries=0
until pg_isready --quiet --host 127.0.0.1; do
  tries=$((tries + 1))
  if [ "$tries" -gt ${beginSeconds} ] || [ -e /tmp/ended ]; then tail -n 3 /tmp/server; exit ${codes.server}; fi
  sleep 1
done
export PGHOST=127.0.0.1 PGUSER="$role" PGOPTIONS="-c client_min_messages=error"
psql="psql --no-password --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1"
$psql --dbname postgres --command "$roles"
# What an image puts into its first database is in the way.
createdb --no-password --template template0 restored
begun=$(date +%s)
pg_restore --dbname restored --no-password --exit-on-error --no-tablespaces "$file"
seconds=$(($(date +%s) - begun))
cat >/tmp/count <<'END'
${countingSession}${counting}END
$psql --dbname restored --file /tmp/count
echo "restored in $seconds"
${countedJson}`;
