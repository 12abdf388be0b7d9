#!/bin/sh
# Runs redis-server as the user redis; any other command as it is.
set -e

# An option or a configuration file is for redis-server.
case "$1" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" != redis-server ]; then
  exec "$@"
fi

# Only what the container's owner publishes can be reached, so the server answers other containers without a password
# unless the configuration says otherwise. Debian's build would refuse them. Options win over files: a file that
# decides is left to decide.
case "$2" in
  '') set -- "$@" --protected-mode no ;;
  -v | --version | -h | --help | --test-memory | --check-system | -) ;;
  -*)
    shift
    set -- redis-server --protected-mode no "$@"
    ;;
  *)
    if ! grep -qi '^[[:space:]]*protected-mode[[:space:]]' "$2"; then
      file=$2
      shift 2
      set -- redis-server "$file" --protected-mode no "$@"
    fi
    ;;
esac

# What the server writes is nobody else's, unless the container's owner chose a mask.
if [ "$(umask)" = 0022 ]; then
  umask 0077
fi

if [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec setpriv --reuid=redis --regid=redis --clear-groups -- "$@"
fi

exec "$@"
