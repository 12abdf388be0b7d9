"""The seed of a preview, as a process of its own."""

import subprocess
import sys

from sqlalchemy import Engine, text


def seed(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "notes.seed"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def notes(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        query = "SELECT title FROM notes JOIN results ON note_id = notes.id ORDER BY title"
        return list(connection.scalars(text(query)))


def test_a_new_database_gets_notes_once(environment: dict[str, str], engine: Engine):
    for _ in range(2):
        assert seed(environment).returncode == 0
    assert notes(engine) == ["A long one", "A shopping list", "Welcome"]


def test_a_setting_that_is_missing(environment: dict[str, str]):
    del environment["DATABASE_URL"]
    ended = seed(environment)
    assert ended.returncode == 1
    assert "DATABASE_URL: not set; give DATABASE_URL or DATABASE_URL_FILE" in ended.stdout + ended.stderr
