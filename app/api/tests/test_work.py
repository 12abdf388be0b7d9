import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from notes import heartbeat, work
from notes.database import Attachment, Note, Result
from notes.jobs import Jobs
from notes.settings import WorkerSettings
from notes.storage import Storage


def add_note(engine: Engine, body: str = "one two", **result: object) -> int:
    with Session(engine) as session:
        note = Note(title="Locks", body=body, result=Result(state="pending", **result))
        session.add(note)
        session.commit()
        return note.id


def result_of(engine: Engine, note: int) -> Result:
    with Session(engine) as session:
        return session.get_one(Result, note)


def test_words_are_counted(engine: Engine, storage: Storage):
    note = add_note(engine, " one\ttwo\n\nthree ")
    assert work.process(engine, storage, note) == "done"
    found = result_of(engine, note)
    assert (found.state, found.word_count, found.attachment_size) == ("done", 3, None)
    assert found.finished_at is not None
    assert work.process(engine, storage, note) == "already done"


def test_an_attachment_is_measured(engine: Engine, storage: Storage):
    note = add_note(engine)
    content = b"0123456789" * 300_000
    key = storage.add(note, io.BytesIO(content), "text/plain")
    with Session(engine) as session:
        session.add(Attachment(note_id=note, object_key=key, file_name="a", content_type="text/plain"))
        session.commit()
    assert work.process(engine, storage, note) == "done"
    found = result_of(engine, note)
    assert found.attachment_size == len(content)
    assert found.attachment_sha256 == hashlib.sha256(content).hexdigest()


def test_an_attachment_whose_content_is_gone(engine: Engine, storage: Storage):
    note = add_note(engine)
    with Session(engine) as session:
        session.add(
            Attachment(note_id=note, object_key="notes/none", file_name="a", content_type="text/plain")
        )
        session.commit()
    assert work.process(engine, storage, note) == "failed"
    assert result_of(engine, note).error == "the attachment's content is gone"


def test_a_note_that_is_gone(engine: Engine, storage: Storage):
    assert work.process(engine, storage, 1) == "gone"
    assert work.give_up(engine, 1, "why") == "gone"


def test_a_note_of_an_older_release_has_no_result_yet(engine: Engine, storage: Storage):
    with engine.begin() as connection:
        note = connection.scalar(text("INSERT INTO notes (title, body) VALUES ('t', 'one') RETURNING id"))
    assert work.process(engine, storage, note) == "done"


def test_a_result_is_not_written_over_a_newer_request(engine: Engine):
    note = add_note(engine)
    with Session(engine) as session:
        outdated = datetime.now(UTC) - timedelta(days=1)
        assert work._store(session, note, outdated, state="done", word_count=9) == "overtaken"
    assert result_of(engine, note).state == "pending"


def test_notes_that_wait_too_long_are_found(engine: Engine):
    long_ago = datetime.now(UTC) - timedelta(minutes=5)
    lost = add_note(engine, requested_at=long_ago)
    add_note(engine, requested_at=long_ago)
    fresh = add_note(engine)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE notes SET created_at = :t WHERE id IN (:a, :b)"),
            {"t": long_ago, "a": lost, "b": fresh},
        )
    assert work.overdue(engine) == [lost]


def test_a_job_whose_worker_is_gone_is_taken_over(redis: Redis, key_prefix: str):
    jobs = Jobs(redis, key_prefix)
    jobs.prepare()
    jobs.put(7)
    first = jobs.take("first", stale_seconds=1, wait_seconds=0.1)
    assert first is not None
    assert jobs.take("second", stale_seconds=1, wait_seconds=0.05) is None
    time.sleep(0.7)
    jobs.keep("first", first)
    time.sleep(0.7)
    assert jobs.take("second", stale_seconds=1, wait_seconds=0.05) is None, "the first is still at it"
    jobs.leave("first")
    time.sleep(1.1)
    taken = jobs.take("second", stale_seconds=1, wait_seconds=0.05)
    assert taken is not None
    assert (taken.id, taken.note_id) == (first.id, 7)
    assert taken.deliveries == 2
    jobs.done(taken)
    jobs.leave("first")
    assert [entry["name"] for entry in redis.xinfo_consumers(f"{key_prefix}:jobs", "workers")] == [b"second"]


@pytest.fixture
def start_worker(environment: dict[str, str]) -> Iterator[Callable[..., work.Worker]]:
    """Make a worker, with changes to its environment, whose steps the test takes itself."""
    workers: list[work.Worker] = []

    def start(**changes: str) -> work.Worker:
        workers.append(work.Worker(WorkerSettings.read(environment | changes), "w"))
        return workers[-1]

    yield start
    for started in workers:
        started._leave()


def test_a_job_that_kills_its_workers_is_given_up(
    engine: Engine, redis: Redis, key_prefix: str, start_worker
):
    note = add_note(engine)
    jobs = Jobs(redis, key_prefix)
    jobs.prepare()
    jobs.put(note)
    for _ in range(work.MOST_DELIVERIES):
        assert jobs.take("victim", stale_seconds=0, wait_seconds=0.05) is not None
    start_worker(NOTES_STALE_SECONDS="0")._step()
    assert result_of(engine, note).error == "given up after 5 attempts"
    assert jobs.empty()


def test_an_idle_worker_queues_overdue_notes(engine: Engine, redis: Redis, key_prefix: str, start_worker):
    note = add_note(engine, requested_at=datetime.now(UTC) - timedelta(minutes=5))
    with engine.begin() as connection:
        connection.execute(text("UPDATE notes SET created_at = now() - interval '5 minutes'"))
    Jobs(redis, key_prefix).prepare()
    idle = start_worker()
    idle._step()
    idle._step()
    assert result_of(engine, note).state == "done"


def test_the_check_looks_for_a_heartbeat(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = str(tmp_path / "heartbeat")
    assert heartbeat.check(file) == 1
    heartbeat.beat(file)
    assert heartbeat.check(file) == 0
    os.utime(file, (time.time() - 60, time.time() - 60))
    assert heartbeat.check(file) == 1
    heartbeat.beat(file)
    assert heartbeat.check(file) == 0
    heartbeat.end(file)
    heartbeat.end(file)
    assert heartbeat.check(file) == 1
    assert capsys.readouterr().out.splitlines() == [
        "no heartbeat of the worker",
        "last heartbeat 0 s ago, expected one within 12 s",
        "last heartbeat 60 s ago, expected one within 12 s",
        "last heartbeat 0 s ago, expected one within 12 s",
        "no heartbeat of the worker",
    ]
