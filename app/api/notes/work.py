"""The work: takes jobs and stores what they find out."""

import hashlib
import threading
import time
from datetime import UTC, datetime, timedelta

from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Engine, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from notes import heartbeat
from notes.cache import connect_cache
from notes.database import Attachment, Note, Result, connect
from notes.jobs import Job, Jobs
from notes.logs import log
from notes.settings import WorkerSettings
from notes.storage import Storage

# A job that takes longer is taken for stuck: the heartbeat stops, and whoever watches restarts the worker.
JOB_LIMIT_SECONDS = 300
# A job that was handed out this often and never finished is given up: it kills its workers.
MOST_DELIVERIES = 5
# How long a note may wait for its result before a worker with nothing to do looks for it in the database.
OVERDUE = timedelta(seconds=30)
# A short wait, so that SIGTERM is noticed soon.
WAIT_SECONDS = 1.0
RETRY_SECONDS = 2.0


class Worker:
    """Takes jobs until it is told to stop."""

    def __init__(self, settings: WorkerSettings, name: str) -> None:
        self._settings = settings
        self._name = name
        self._engine = connect(settings.database_url, "notes-worker")
        self._cache = connect_cache(settings.redis_url, timeout=5)
        self._jobs = Jobs(self._cache, settings.key_prefix)
        self._storage = Storage(settings.storage)
        self._stop = threading.Event()
        self._job: Job | None = None
        self._job_since = 0.0
        self._swept = -OVERDUE.total_seconds()

    def stop(self) -> None:
        """Finish the job under way, then return from `run`."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A backing service that is away is waited for."""
        beat = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        beat.start()
        log.info("started", extra={"worker": self._name})
        prepared = False
        while not self._stop.is_set():
            try:
                if not prepared:
                    self._jobs.prepare()
                    prepared = True
                self._step()
            except ResponseError as error:
                prepared = False  # the cache lost the group
                self._pause(error)
            except Exception as error:
                self._pause(error)
        self._leave()
        heartbeat.end()
        log.info("stopped", extra={"worker": self._name})

    def _step(self) -> None:
        job = self._jobs.take(
            self._name, stale_seconds=self._settings.stale_seconds, wait_seconds=WAIT_SECONDS
        )
        if job is None:
            self._sweep()
            return
        self._job_since = time.monotonic()
        self._job = job
        try:
            self._work(job)
            self._jobs.done(job)
        finally:
            self._job = None

    def _work(self, job: Job) -> None:
        start = time.monotonic()
        if self._settings.job_delay_seconds:
            # Not `self._stop.wait`: a job that was taken is finished even when the worker is told to stop.
            time.sleep(self._settings.job_delay_seconds)
        if job.deliveries > MOST_DELIVERIES:
            state = give_up(self._engine, job.note_id, f"given up after {MOST_DELIVERIES} attempts")
        else:
            state = process(self._engine, self._storage, job.note_id)
        log.info(
            "job finished",
            extra={
                "job": job.id,
                "note": job.note_id,
                "state": state,
                "delivery": job.deliveries,
                "milliseconds": round((time.monotonic() - start) * 1000, 1),
            },
        )

    def _sweep(self) -> None:
        """Queue what is due and in no queue: notes of an older release, or jobs that the cache lost."""
        now = time.monotonic()
        if now - self._swept < OVERDUE.total_seconds() or not self._jobs.empty():
            return
        self._swept = now
        for note_id in overdue(self._engine):
            self._jobs.put(note_id)
            log.info("overdue note queued", extra={"note": note_id})

    def _beat(self) -> None:
        """Say that this worker is alive, and keep its job, until the process ends."""
        cache = connect_cache(self._settings.redis_url, timeout=2)
        jobs = Jobs(cache, self._settings.key_prefix)
        while True:
            job = self._job
            try:
                if job is None or time.monotonic() - self._job_since < JOB_LIMIT_SECONDS:
                    cache.ping()  # a worker that is given no work is not well
                    heartbeat.beat()
                    if job is not None:
                        jobs.keep(self._name, job)
            except RedisError as error:
                log.warning("no heartbeat", extra={"error": str(error)})
            time.sleep(heartbeat.BEAT_SECONDS)

    def _pause(self, error: Exception) -> None:
        log.error(
            "will try again", extra={"error": type(error).__name__, "reason": str(error).split("\n")[0]}
        )
        self._stop.wait(RETRY_SECONDS)

    def _leave(self) -> None:
        try:
            self._jobs.leave(self._name)
        except RedisError as error:
            log.warning("left without a word", extra={"error": str(error)})
        self._engine.dispose()


def process(engine: Engine, storage: Storage, note_id: int) -> str:
    """Work out a note's result and store it; safe to repeat. What became of it is returned."""
    with Session(engine) as session:
        note = session.get(Note, note_id)
        if note is None:
            return "gone"
        session.execute(insert(Result).values(note_id=note_id).on_conflict_do_nothing())
        session.commit()
        result = session.get_one(Result, note_id)
        if result.state != "pending":
            return "already " + result.state
        requested = result.requested_at
        attachment = session.get(Attachment, note_id)
        words = len(note.body.split())
        key = attachment.object_key if attachment else None
        session.rollback()  # no transaction stays open while the file is read
        try:
            size, digest = _digest(storage, key) if key else (None, None)
        except FileNotFoundError:
            return _store(
                session, note_id, requested, state="failed", error="the attachment's content is gone"
            )
        return _store(
            session,
            note_id,
            requested,
            state="done",
            error=None,
            word_count=words,
            attachment_size=size,
            attachment_sha256=digest,
        )


def give_up(engine: Engine, note_id: int, reason: str) -> str:
    """Mark a note's result as failed."""
    with Session(engine) as session:
        result = session.get(Result, note_id)
        if result is None:
            return "gone"
        return _store(session, note_id, result.requested_at, state="failed", error=reason)


def overdue(engine: Engine) -> list[int]:
    """Notes that should have a result by now, oldest first, 100 at most."""
    limit = datetime.now(UTC) - OVERDUE
    with Session(engine) as session:
        query = (
            select(Note.id)
            .outerjoin(Result, Result.note_id == Note.id)
            .where(Note.created_at < limit)
            .where(or_(Result.note_id.is_(None), (Result.state == "pending") & (Result.requested_at < limit)))
        )
        return list(session.scalars(query.order_by(Note.id).limit(100)))


def _digest(storage: Storage, key: str) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for piece in storage.read(key):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _store(session: Session, note_id: int, requested: datetime, state: str, **values: object) -> str:
    """Write the result, unless the note changed meanwhile: then another job is on its way."""
    written = session.execute(
        update(Result)
        .where(Result.note_id == note_id, Result.requested_at == requested)
        .values(state=state, finished_at=datetime.now(UTC), **values)
    )
    session.commit()
    return state if written.rowcount else "overtaken"
