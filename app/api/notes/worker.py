"""The worker: `python -m notes.worker`."""

import os
import signal
import socket
import sys

from notes import logs
from notes.logs import log
from notes.settings import SettingsError, WorkerSettings
from notes.work import Worker


def main(arguments: list[str]) -> int:
    """Run the worker."""
    logs.start()
    if arguments:
        log.error("unknown arguments", extra={"arguments": arguments})
        return 2
    try:
        settings = WorkerSettings.read(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            log.error(problem)
        return 1
    # A container's host name is its id, so every copy has a name of its own.
    worker = Worker(settings, socket.gethostname())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
