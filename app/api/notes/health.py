"""Health: whether the database, the cache and the bucket answer, each within a short time limit."""

from collections.abc import Callable, Mapping

import anyio
from sqlalchemy import Engine, text

from notes.logs import log

LIMIT_SECONDS = 3.0
# Checks that hang keep their thread until the system gives up; this many may do so at a time.
THREADS = 12


class Health:
    """The checks, by name."""

    def __init__(self, checks: Mapping[str, Callable[[], object]]) -> None:
        self._checks = checks
        self._limiter: anyio.CapacityLimiter | None = None

    async def check(self) -> dict[str, str]:
        """Run all checks side by side; "ok" or a short reason for each."""
        self._limiter = self._limiter or anyio.CapacityLimiter(THREADS)
        results: dict[str, str] = {}

        async def run(name: str, check: Callable[[], object]) -> None:
            results[name] = f"no answer within {LIMIT_SECONDS:g} s"
            with anyio.move_on_after(LIMIT_SECONDS):
                try:
                    await anyio.to_thread.run_sync(check, abandon_on_cancel=True, limiter=self._limiter)
                    results[name] = "ok"
                except Exception as error:
                    # The message may name hosts and users, so it goes to the log only.
                    results[name] = f"failed: {type(error).__name__}"
                    log.warning("health check failed", extra={"check": name, "error": _first_line(error)})

        async with anyio.create_task_group() as group:
            for name, check in self._checks.items():
                group.start_soon(run, name, check)
        return {name: results[name] for name in self._checks}


def check_database(engine: Engine) -> None:
    """Raise when the database does not answer a query."""
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
