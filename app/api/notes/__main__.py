"""Run the API: `python -m notes`, or `python -m notes --reload` while developing."""

import os
import signal
import sys

import uvicorn

from notes import logs
from notes.fault import Fault
from notes.settings import ApiSettings, SettingsError

# Longer than a gateway keeps an idle connection (Caddy: 2 minutes), so that the side that sends closes first.
KEEP_ALIVE_SECONDS = 150
# Time for requests under way after SIGTERM.
GRACE_SECONDS = 30


def main(arguments: list[str]) -> int:
    logs.start()
    if unknown := [argument for argument in arguments if argument != "--reload"]:
        logs.log.error("unknown argument", extra={"argument": unknown[0]})
        return 2
    try:
        settings = ApiSettings.read(os.environ)
    except SettingsError as error:
        for problem in error.problems:
            logs.log.error(problem)
        return 1
    if settings.fault is Fault.EXIT:
        logs.log.error("exiting at once, as NOTES_FAULT asks")
        return 1
    # uvicorn raises the signal again once it has shut down; an ordered stop is a success all the same.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.run(
        "notes.main:app",
        host="0.0.0.0",
        port=settings.port,
        reload="--reload" in arguments,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
