#!/bin/sh
# Stands in for the docker client. It writes every call down below $FAKE_DOCKER (what it was told, what it was handed,
# what its environment held), and then plays the script of the test.

# Containers have no secrets unless the test says so, and it is no call that tests look at.
case "$1 $2" in
"cp "*":/run/secrets")
  if ! grep -q /run/secrets "$FAKE_DOCKER.play"; then
    echo "Error response from daemon: Could not find the file /run/secrets in container" >&2
    exit 1
  fi
  ;;
esac

# The number of this call, and how often one that begins with the same line has come, this one included.
call=1
times=1
line="$*"
line="${line%%
*}"
# A file that is there cannot be made a second time.
set -C
while ! { printf '%s\n' "$line" >"$FAKE_DOCKER/$call"; } 2>/dev/null; do
  IFS= read -r earlier <"$FAKE_DOCKER/$call"
  if [ "$earlier" = "$line" ]; then times=$((times + 1)); fi
  call=$((call + 1))
done
set +C
here="$FAKE_DOCKER/$call.told"
mkdir "$here"
printf '%s\0' "$@" >"$here/arguments"
env >"$here/environment"

# Answers the HTTP request on standard input: a status, a body, and perhaps a header.
answer() {
  printf 'HTTP/1.1 %s Played\r\nContent-Length: %s\r\n%sConnection: close\r\n\r\n%s' "$1" "${#2}" "$3" "$2"
}

# What the client says of a failure.
refuse() {
  printf '%s\n' "$1" >&2
  exit "${2:-1}"
}

# A container's state as the engine tells it: status, exit code, and restarts.
state() {
  printf '[{"Created":"2026-01-02T03:04:05.123456789Z","State":{"Status":"%s","ExitCode":%s},"RestartCount":%s}]\n' \
    "$1" "${2:-0}" "${3:-0}"
}

# Runs the command of `docker exec` for real, with a folder of the test's in the place of /etc/caddy.
in_gateway() {
  shift
  if [ "$1" = -i ]; then shift; fi
  shift
  left=$#
  while [ "$left" -gt 0 ]; do
    argument=$(printf '%s.' "$1" | sed "s|/etc/caddy|$FAKE_DOCKER.gateway|g")
    set -- "$@" "${argument%.}"
    shift
    left=$((left - 1))
  done
  "$@" <"$here/input"
}

# Answers the queries of a session with psql, one a line: `$1` is run for each, with the query as `$query`.
answer_queries() {
  while IFS= read -r query; do
    printf '%s\n' "$query" >>"$here/input"
    eval "$1"
  done
}

case " $* " in
*" PGAPPNAME "*) ;; # A session lasts; answer_queries reads what is asked.
*" nc "*)
  # The connection stays open until the answer has come: the request ends with an empty line.
  while IFS= read -r line && [ "$line" != "$(printf '\r')" ]; do printf '%s\n' "$line"; done >"$here/input"
  ;;
*) cat >"$here/input" ;;
esac

. "$FAKE_DOCKER.play"
