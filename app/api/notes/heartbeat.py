"""The worker's heartbeat: a file that the worker touches while all is well.

Imports next to nothing, because the check runs every few seconds.
"""

import os
import time

BEAT_SECONDS = 3
# A worker is alive while its last heartbeat is younger than this.
FRESH_SECONDS = 12
# It goes with the container, where nobody else is, and copies do not see each other's.
FOLDER = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108
FILE = os.path.join(FOLDER, "notes-worker-heartbeat")


def beat(file: str = FILE) -> None:
    """Say that the worker is alive."""
    with open(file, "w"):
        os.utime(file)


def end(file: str = FILE) -> None:
    """Say that the worker is gone."""
    if os.path.exists(file):
        os.remove(file)


def check(file: str = FILE) -> int:
    """0 when the worker is alive."""
    try:
        age = time.time() - os.stat(file).st_mtime
    except FileNotFoundError:
        print("no heartbeat of the worker")
        return 1
    print(f"last heartbeat {age:.0f} s ago, expected one within {FRESH_SECONDS} s")
    return 0 if age < FRESH_SECONDS else 1
