"""Jobs: a Redis stream with one consumer group.

A job that was taken stays pending until it is marked done. Whoever works on it keeps it fresh; when nobody
did for `stale_seconds`, because its worker was killed, the next worker takes it over.
"""

from dataclasses import dataclass

from redis import Redis
from redis.exceptions import ResponseError

GROUP = "workers"
# A worker that left no job behind and was silent this long is taken off the group's list.
FORGET_MILLISECONDS = 3_600_000


@dataclass(frozen=True)
class Job:
    """Work on one note; `deliveries` counts how often it was handed out."""

    id: str
    note_id: int
    deliveries: int


class Jobs:
    """The queue of jobs."""

    def __init__(self, redis: Redis, key_prefix: str) -> None:
        self._redis = redis
        self._stream = f"{key_prefix}:jobs"

    def put(self, note_id: int) -> None:
        """Ask for work on a note."""
        self._redis.xadd(self._stream, {"note": note_id})

    def prepare(self) -> None:
        """Make the group when it is missing, and forget workers that are long gone."""
        try:
            self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        for worker in self._redis.xinfo_consumers(self._stream, GROUP):
            if worker["pending"] == 0 and worker["idle"] > FORGET_MILLISECONDS:
                self._redis.xgroup_delconsumer(self._stream, GROUP, worker["name"])

    def take(self, worker: str, *, stale_seconds: int, wait_seconds: float) -> Job | None:
        """The next job: one whose worker is gone, else a new one, else None after the wait."""
        stale = self._redis.xautoclaim(
            self._stream, GROUP, worker, min_idle_time=stale_seconds * 1000, start_id="0-0", count=1
        )[1]
        if stale:
            identity, fields = stale[0]
            pending = self._redis.xpending_range(self._stream, GROUP, min=identity, max=identity, count=1)
            return _job(identity, fields, pending[0]["times_delivered"] if pending else 1)
        answer = self._redis.xreadgroup(
            GROUP, worker, {self._stream: ">"}, count=1, block=int(wait_seconds * 1000)
        )
        for _, entries in answer.items() if isinstance(answer, dict) else answer or []:
            for identity, fields in entries:
                return _job(identity, fields, 1)
        return None

    def keep(self, worker: str, job: Job) -> None:
        """Say that the job is still being worked on."""
        self._redis.xclaim(self._stream, GROUP, worker, min_idle_time=0, message_ids=[job.id], justid=True)

    def done(self, job: Job) -> None:
        """Take the job off the queue."""
        with self._redis.pipeline(transaction=True) as steps:
            steps.xack(self._stream, GROUP, job.id)
            steps.xdel(self._stream, job.id)
            steps.execute()

    def leave(self, worker: str) -> None:
        """Take a worker that stops off the group's list, unless it holds a job."""
        for entry in self._redis.xinfo_consumers(self._stream, GROUP):
            if _text(entry["name"]) == worker and entry["pending"] == 0:
                self._redis.xgroup_delconsumer(self._stream, GROUP, worker)

    def empty(self) -> bool:
        """Whether no job waits or is being worked on."""
        return self._redis.xlen(self._stream) == 0


def _job(identity: bytes | str, fields: dict, deliveries: int) -> Job:
    note = {_text(key): value for key, value in fields.items()}["note"]
    return Job(id=_text(identity), note_id=int(note), deliveries=deliveries)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
