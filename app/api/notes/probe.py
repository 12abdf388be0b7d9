"""The health check of the image and of application.ts: `python -m notes.probe`, of the worker `… worker`.

Without an argument it asks whichever of the API and the worker is this container's main process. It imports
next to nothing, because it runs every few seconds beside each copy.
"""

import os
import socket
import sys

from notes import heartbeat


def main_process() -> str:
    """The command line of the container's first process."""
    with open("/proc/1/cmdline", "rb") as file:
        return file.read().replace(b"\0", b" ").decode(errors="replace")


def check_api(port: int) -> int:
    """0 when the API calls itself healthy."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
            connection.sendall(b"GET /api/health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            with connection.makefile("rb") as answer:
                status = answer.readline(200).split(b" ")[1:2]
                text = answer.read(4000)
    except OSError as error:
        print(f"no answer: {error}")
        return 1
    print(text.partition(b"\r\n\r\n")[2].decode(errors="replace"))
    return 0 if status == [b"200"] else 1


def main(arguments: list[str]) -> int:
    """Check the API or the worker."""
    if arguments == ["worker"] or (not arguments and "notes.worker" in main_process()):
        return heartbeat.check()
    return check_api(int(os.environ.get("PORT") or 8000))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
