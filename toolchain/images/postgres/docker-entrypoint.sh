#!/bin/bash
# Runs PostgreSQL as the user postgres, after making its data when there is none; any other command as it is.
#
# The data counts as made once everything is: initdb, the first database, the scripts of /docker-entrypoint-initdb.d.
# Until then a file marks it, and whoever finds the mark begins anew. The mark is put into an empty folder only, and
# the server listens to the network only after it is gone, so no data of anybody's is ever behind it.
set -Eeuo pipefail

fail() {
  echo "docker-entrypoint.sh: $*" >&2
  exit 1
}

# Sets the variable $1 from the file that $1_FILE names, or to $2 when neither is set.
take_variable() {
  local name=$1 file_name=$1_FILE
  if [[ -n ${!name:-} && -n ${!file_name:-} ]]; then
    fail "$name: set twice, by itself and by $file_name; set one of them"
  fi
  if [[ -n ${!file_name:-} ]]; then
    [[ -r ${!file_name} ]] || fail "$file_name: cannot be read, got ${!file_name}; mount the file there"
    export "$name=$(<"${!file_name}")"
  elif [[ -z ${!name:-} ]]; then
    export "$name=${2:-}"
  fi
  unset "$file_name"
}

wants_server() {
  [[ $1 == postgres ]] || return 1
  local argument
  for argument in "${@:2}"; do
    case $argument in
      -'?' | --help | --describe-config | -V | --version | -C) return 1 ;;
    esac
  done
}

# As root: the folders are postgres's, whatever volume was mounted there.
own_folders() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 0700 "$PGDATA"
  chmod 3777 /var/run/postgresql
  local folder
  for folder in "$PGDATA" /var/run/postgresql ${POSTGRES_INITDB_WALDIR:+"$POSTGRES_INITDB_WALDIR"}; do
    mkdir -p "$folder"
    find "$folder" \! -user postgres -exec chown postgres '{}' +
  done
}

mark() {
  echo "$PGDATA/.towpath-unfinished"
}

has_no_data() {
  [[ -e $(mark) || ! -s $PGDATA/PG_VERSION ]]
}

check_variables() {
  take_variable POSTGRES_USER postgres
  take_variable POSTGRES_DB "$POSTGRES_USER"
  take_variable POSTGRES_PASSWORD
  take_variable POSTGRES_INITDB_ARGS
  export POSTGRES_HOST_AUTH_METHOD=${POSTGRES_HOST_AUTH_METHOD:-}
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    fail "POSTGRES_PASSWORD: missing; set it or POSTGRES_PASSWORD_FILE (or POSTGRES_HOST_AUTH_METHOD=trust, which lets everybody in)"
  fi
}

# Before anything in it changes hands.
check_folder() {
  local -a names=()
  if [[ ! -e $(mark) && -d $PGDATA ]]; then
    mapfile -t names < <(ls -A "$PGDATA")
  fi
  if ((${#names[@]} > 0)); then
    fail "PGDATA: neither empty nor a database, got $PGDATA with ${names[*]:0:3}; use a folder below it"
  fi
}

empty_folder() {
  find "$1" -mindepth 1 -maxdepth 1 \! -path "$(mark)" -exec rm -rf '{}' +
}

make_cluster() {
  # initdb wants an empty folder, and there is the mark: it works beside, PG_VERSION comes last.
  local new=$PGDATA/.towpath-new
  local -a arguments=()
  # Words, with the quotes that a person wrote.
  eval "arguments=($POSTGRES_INITDB_ARGS)"
  if [[ -n ${POSTGRES_INITDB_WALDIR:-} ]]; then
    arguments+=(--waldir "$POSTGRES_INITDB_WALDIR")
  fi
  if [[ -n $POSTGRES_PASSWORD ]]; then
    arguments+=(--pwfile /dev/stdin)
  fi
  # All is flushed to the disk at once, in the end.
  initdb --no-sync --pgdata "$new" --username "$POSTGRES_USER" ${arguments[@]+"${arguments[@]}"} <<<"$POSTGRES_PASSWORD"
  find "$new" -mindepth 1 -maxdepth 1 \! -name PG_VERSION -exec mv -t "$PGDATA" '{}' +
  mv "$new/PG_VERSION" "$PGDATA"
  rmdir "$new"
}

allow_clients() {
  local method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption "${@:2}")}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

start_private_server() {
  # Through the socket only.
  PGUSER=$POSTGRES_USER pg_ctl --silent --wait start --options "$(printf '%q ' "${@:2}" -c listen_addresses= -p "${PGPORT:-5432}")"
}

stop_private_server() {
  pg_ctl --silent --wait --mode fast stop
}

# psql for the scripts below; they may call it as well.
docker_process_sql() {
  local -a command=(psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc)
  if [[ -n $POSTGRES_DB ]]; then
    command+=(--dbname "$POSTGRES_DB")
  fi
  PGHOST='' PGHOSTADDR='' "${command[@]}" "$@"
}

make_database() {
  if [[ $POSTGRES_DB != postgres ]]; then
    POSTGRES_DB='' docker_process_sql --dbname postgres --set name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
  fi
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    echo "docker-entrypoint.sh: $script"
    case $script in
      *.sh)
        if [[ -x $script ]]; then
          "$script"
        else
          # In this shell, as in the official image, which lets variables be unset.
          set +u
          # shellcheck disable=SC1090
          . "$script"
          set -u
        fi
        ;;
      *.sql) docker_process_sql -f "$script" ;;
      *.sql.gz) gunzip --stdout "$script" | docker_process_sql ;;
      *.sql.xz) xz --decompress --stdout "$script" | docker_process_sql ;;
      *.sql.zst) zstd --decompress --stdout "$script" | docker_process_sql ;;
      *) echo "docker-entrypoint.sh: $script: neither .sh nor .sql, ignored" ;;
    esac
  done
}

make_data() {
  : >"$(mark)"
  sync "$(mark)" "$PGDATA"
  make_cluster
  allow_clients "$@"
  export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  start_private_server "$@"
  make_database
  shopt -s nullglob
  run_scripts
  shopt -u nullglob
  stop_private_server
  # First all of the data, then that it is good: a power cut must not reorder them.
  sync --file-system "$PGDATA"
  rm "$(mark)"
  sync --file-system "$PGDATA"
}

# Does the work in another process, because bash hears signals only between commands: a stop ends it at once.
make_data_or_stop() {
  set -m
  make_data "$@" &
  local maker=$!
  # shellcheck disable=SC2064
  trap "kill -TERM -- -$maker 2>/dev/null; exit 143" INT TERM QUIT
  wait "$maker" || exit
  trap - INT TERM QUIT
  set +m
}

main() {
  if [[ ${1:-} == -* ]]; then
    set -- postgres "$@"
  fi
  if ! wants_server "$@"; then
    exec "$@"
  fi

  if has_no_data; then
    # Root reads what the file of a secret says, whoever it belongs to.
    check_variables
    check_folder
  fi
  if [[ $(id -u) == 0 ]]; then
    own_folders
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "${BASH_SOURCE[0]}" "$@"
  fi

  if has_no_data; then
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA" || true
    if [[ -e $(mark) ]]; then
      echo "docker-entrypoint.sh: $PGDATA: made only in part, an earlier start was stopped; beginning anew"
      empty_folder "$PGDATA"
    fi
    make_data_or_stop "$@"
    echo "docker-entrypoint.sh: $PGDATA: made, PostgreSQL starts now"
  fi
  unset POSTGRES_PASSWORD
  exec "$@"
}

main "$@"
