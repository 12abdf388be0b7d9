"""The API and the worker as processes of their own: how they stop, and what a kill leaves behind."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine

from notes.jobs import Jobs

from .test_work import add_note, result_of

Run = Callable[..., subprocess.Popen]


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Iterator[Run]:
    started: list[subprocess.Popen] = []
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}

    def start(*arguments: str, **changes: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=coverage | environment | {"TMPDIR": str(tmp_path)} | changes,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/api/version", headers={"Connection": "close"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_a_request_under_way_is_answered_after_sigterm(run: Run, port: int):
    api = run("notes", PORT=str(port))
    wait_for(lambda: answers(port))
    body = json.dumps({"title": "slow"}).encode()
    with socket.create_connection(("127.0.0.1", port)) as client:
        head = f"Host: h\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        client.sendall(b"POST /api/notes HTTP/1.1\r\n" + head.encode() + body[:5])
        time.sleep(0.3)
        api.send_signal(signal.SIGTERM)
        wait_for(lambda: not answers(port))
        assert api.poll() is None
        client.sendall(body[5:])
        assert client.makefile("rb").readline() == b"HTTP/1.1 201 Created\r\n"
    assert api.wait(10) == 0


def test_the_api_exits_when_it_is_told_to_fail(run: Run):
    assert run("notes", NOTES_FAULT="exit").wait(10) == 1


def test_the_worker_finishes_its_job_after_sigterm(run: Run, engine: Engine, redis: Redis, key_prefix: str):
    note = add_note(engine)
    worker = run("notes.worker", NOTES_JOB_DELAY_SECONDS="2")
    Jobs(redis, key_prefix).put(note)
    wait_for(lambda: pending(redis, key_prefix) == 1)
    wait_for(lambda: run("notes.probe", "worker").wait(10) == 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert result_of(engine, note).state == "done"
    assert run("notes.probe", "worker").wait(10) == 1
    lines = [json.loads(line) for line in worker.stdout]
    assert [line["message"] for line in lines] == ["started", "job finished", "stopped"]


def test_a_killed_worker_loses_no_job(run: Run, engine: Engine, redis: Redis, key_prefix: str):
    notes = [add_note(engine) for _ in range(5)]
    jobs = Jobs(redis, key_prefix)
    for note in notes:
        jobs.put(note)
    victim = run("notes.worker", NOTES_JOB_DELAY_SECONDS="60")
    wait_for(lambda: pending(redis, key_prefix) == 1)
    victim.kill()
    victim.wait()
    run("notes.worker", NOTES_STALE_SECONDS="1")
    wait_for(lambda: all(result_of(engine, note).state == "done" for note in notes))
    wait_for(jobs.empty)


def test_the_worker_outlives_a_cache_that_lost_its_data(
    run: Run, engine: Engine, redis: Redis, key_prefix: str
):
    run("notes.worker")
    wait_for(lambda: redis.exists(f"{key_prefix}:jobs"))
    redis.delete(f"{key_prefix}:jobs")
    note = add_note(engine)
    Jobs(redis, key_prefix).put(note)
    wait_for(lambda: result_of(engine, note).state == "done")


def test_the_worker_says_what_is_missing(run: Run):
    worker = run("notes.worker", DATABASE_URL="")
    assert worker.wait(10) == 1
    assert json.loads(worker.stdout.readline())["message"].startswith("DATABASE_URL: not set")
    assert run("notes.worker", "--chekc").wait(10) == 2


def pending(redis: Redis, key_prefix: str) -> int:
    groups = redis.xinfo_groups(f"{key_prefix}:jobs") if redis.exists(f"{key_prefix}:jobs") else []
    return groups[0]["pending"] if groups else 0
