#!/bin/sh
# Stands in for the docker client. It writes every call down below $FAKE_DOCKER (what it was told, what it was handed,
# what its environment held), and then plays the script of the test.

# The number of this call; making a folder cannot succeed twice.
call=1
while ! mkdir "$FAKE_DOCKER/$call" 2>/dev/null; do call=$((call + 1)); done
here="$FAKE_DOCKER/$call"
printf '%s\0' "$@" >"$here/arguments"
env >"$here/environment"

# How often a call with these arguments has come, this one included.
times=0
for earlier in "$FAKE_DOCKER"/*; do
  if cmp -s "$earlier/arguments" "$here/arguments"; then times=$((times + 1)); fi
done

# Answers the HTTP request on standard input: a status, a body, and perhaps a header.
answer() {
  printf 'HTTP/1.1 %s Played\r\nContent-Length: %s\r\n%sConnection: close\r\n\r\n%s' "$1" "${#2}" "$3" "$2"
}

# What the client says of a failure.
refuse() {
  printf '%s\n' "$1" >&2
  exit "${2:-1}"
}

# A container's state as the engine tells it: status, exit code, restarts, and when it started.
state() {
  printf '[{"State":{"Status":"%s","ExitCode":%s,"StartedAt":"%s"},"RestartCount":%s}]\n' \
    "$1" "${2:-0}" "${4:-2026-01-02T03:04:05.123456789Z}" "${3:-0}"
}

case " $* " in
*" nc "*)
  # The connection stays open until the answer has come: the request ends with an empty line.
  while IFS= read -r line && [ "$line" != "$(printf '\r')" ]; do printf '%s\n' "$line"; done >"$here/input"
  ;;
*) cat >"$here/input" ;;
esac

. "$FAKE_DOCKER.play"
