"""The worker: `python -m notes.worker`; with `--check`, whether the worker in this container is alive."""

import os
import signal
import socket
import sys

from notes import heartbeat, logs
from notes.logs import log
from notes.settings import SettingsError, WorkerSettings


def main(arguments: list[str]) -> int:
    """Run the worker, or check it."""
    logs.start()
    # A container's host name is its id, so every copy has a name of its own.
    name = socket.gethostname()
    if arguments == ["--check"]:
        return heartbeat.check(os.environ, name)
    if arguments:
        log.error("unknown arguments", extra={"arguments": arguments})
        return 2
    try:
        settings = WorkerSettings.read(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            log.error(problem)
        return 1
    from notes.work import Worker  # not above: the check has no use for the database

    worker = Worker(settings, name)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
