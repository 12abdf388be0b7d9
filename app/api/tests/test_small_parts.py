import asyncio
import http.server
import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from notes import __main__ as command
from notes import logs, probe, share, version
from notes.database import driver_url
from notes.health import Health

SECRET = "a secret of at least thirty-two bytes"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.start(stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level


def test_a_log_record_is_one_line(log: io.StringIO):
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logs.log.exception("it\nfailed", extra={"note": 7})
    (line,) = log.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["level"], entry["message"], entry["note"]) == ("error", "it\nfailed", 7)
    assert entry["exception"].endswith("ValueError: two\nlines")
    assert datetime.fromisoformat(entry["time"]).tzinfo == UTC


def test_a_share_token_opens_its_note():
    token, expires = share.sign(7, SECRET)
    assert share.read(token, SECRET) == 7
    assert timedelta(days=6) < expires - datetime.now(UTC) <= share.LIFETIME


def test_a_share_token_that_is_not_ours():
    expired, _ = share.sign(7, SECRET, datetime.now(UTC) - share.LIFETIME - timedelta(seconds=1))
    token, _ = share.sign(7, SECRET)
    assert share.read(expired, SECRET) is None
    assert share.read(token, SECRET + "!") is None
    assert share.read(token[:-2], SECRET) is None
    assert share.read("", SECRET) is None


def test_a_share_token_outlives_the_rotation_of_its_secret():
    token, _ = share.sign(7, SECRET)
    rotated = SECRET + " rotated"
    assert share.read(token, rotated, SECRET) == 7
    assert share.read(token, rotated) is None
    assert share.read(token, rotated, "another secret of at least thirty-two bytes") is None
    assert share.read(share.sign(8, rotated)[0], rotated, SECRET) == 8


def test_build_info(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in version.FIELDS.values():
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "build-info.json"
    empty = {"version": "development", "commit": "", "build_time": "", "build_number": "", "branch": ""}
    assert version.build_info(file) == empty
    version.write(file)
    assert version.build_info(file) == empty
    monkeypatch.setenv("BUILD_VERSION", "1.4.0")
    monkeypatch.setenv("BUILD_BRANCH", 'a "branch" \\ of mine')
    version.write(file)
    assert version.build_info(file) == empty | {"version": "1.4.0", "branch": 'a "branch" \\ of mine'}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_driver_is_chosen(scheme: str):
    assert str(driver_url(f"{scheme}://h/d")) == "postgresql+psycopg://h/d"


def test_health_does_not_wait_for_a_check_that_hangs(monkeypatch: pytest.MonkeyPatch, log: io.StringIO):
    monkeypatch.setattr("notes.health.LIMIT_SECONDS", 0.2)
    over = threading.Event()

    def refuse() -> None:
        raise ConnectionError("no password for user admin\nmore")

    health = Health({"hangs": over.wait, "fine": lambda: None, "refuses": refuse})
    start = time.monotonic()
    checks = asyncio.run(health.check())
    over.set()
    assert time.monotonic() - start < 2
    assert checks == {"hangs": "no answer within 0.2 s", "fine": "ok", "refuses": "failed: ConnectionError"}
    assert json.loads(log.getvalue())["error"] == "no password for user admin"


@pytest.mark.parametrize(("status", "outcome"), [(200, 0), (503, 1)])
def test_the_probe_asks_the_api(status: int, outcome: int, capsys: pytest.CaptureFixture[str]):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/api/health" else 404)
            self.end_headers()
            self.wfile.write(b"the answer")

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert probe.check_api(server.server_port) == outcome
        thread.join()
    assert capsys.readouterr().out == "the answer\n"


def test_the_probe_finds_nobody(capsys: pytest.CaptureFixture[str]):
    assert probe.check_api(1) == 1
    assert "no answer" in capsys.readouterr().out


def test_the_main_process_is_known():
    assert probe.main_process().strip()


def test_the_command_refuses_what_it_does_not_know(log: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "start", lambda: None)
    assert command.main(["--relaod"]) == 2
    assert json.loads(log.getvalue())["argument"] == "--relaod"


def test_the_command_says_what_is_missing(log: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "start", lambda: None)
    monkeypatch.setattr("os.environ", {"NOTES_FAULT": "exit"})
    assert command.main([]) == 1
    first = json.loads(log.getvalue().splitlines()[0])
    assert first["message"] == "DATABASE_URL: not set; give DATABASE_URL or DATABASE_URL_FILE"
