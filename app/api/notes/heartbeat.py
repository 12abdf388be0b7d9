"""The worker's heartbeat: a key in the cache that fades unless the worker renews it.

Imports little, because the check runs every few seconds.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from redis import Redis
from redis.exceptions import RedisError

from notes.cache import connect_cache
from notes.settings import Reader, SettingsError

BEAT_SECONDS = 3
# A worker is alive while its last heartbeat is younger than this.
FRESH_SECONDS = 12


class Heartbeat:
    """The heartbeat of the worker of that name."""

    def __init__(self, cache: Redis, key_prefix: str, name: str) -> None:
        self._cache = cache
        self._key = f"{key_prefix}:worker:{name}"

    def beat(self) -> None:
        """Say that the worker is alive."""
        self._cache.set(self._key, datetime.now(UTC).isoformat(timespec="seconds"), ex=FRESH_SECONDS)

    def last(self) -> str | None:
        """When the worker last said so; None when that is too long ago."""
        found = self._cache.get(self._key)
        return found.decode() if isinstance(found, bytes) else found

    def end(self) -> None:
        """Say that the worker is gone."""
        self._cache.delete(self._key)


def check(environment: Mapping[str, str], name: str) -> int:
    """0 when the worker of that name is alive."""
    reader = Reader(environment)
    url, key_prefix = reader.text("REDIS_URL"), reader.text("NOTES_KEY_PREFIX", "notes")
    try:
        reader.done()
        last = Heartbeat(connect_cache(url, timeout=2), key_prefix, name).last()
    except SettingsError as error:
        print(error)
        return 1
    except RedisError as error:
        print(f"the cache does not answer: {type(error).__name__}")
        return 1
    if last is None:
        print(f"no heartbeat of worker {name} within {FRESH_SECONDS} s")
        return 1
    print(f"last heartbeat {last}")
    return 0
