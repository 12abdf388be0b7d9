"""The cache: a Redis client that tries once and then says so."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connect_cache(url: str, *, timeout: float) -> Redis:
    """A client whose every command gives up after `timeout` seconds."""
    return Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=min(2, timeout), retry=Retry(NoBackoff(), 0)
    )
