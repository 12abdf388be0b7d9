"""The image's health check: asks whichever of the API and the worker is this container's main process.

It imports next to nothing, because it runs every few seconds.
"""

import http.client
import os
import sys
from pathlib import Path


def main_process() -> str:
    """The command line of the container's first process."""
    return Path("/proc/1/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def check_api(port: int) -> int:
    """0 when the API calls itself healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/api/health")
        answer = connection.getresponse()
        print(answer.read(2000).decode(errors="replace"))
        return 0 if answer.status == 200 else 1
    except OSError as error:
        print(f"no answer: {error}")
        return 1


if __name__ == "__main__":
    if "notes.worker" in main_process():
        from notes.worker import main

        sys.exit(main(["--check"]))
    sys.exit(check_api(int(os.environ.get("PORT") or 8000)))
