from collections.abc import Callable

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from notes.database import Table

Alembic = Callable[..., str]


def test_up_down_up(alembic: Alembic, engine: Engine):
    for _ in range(4):
        alembic("downgrade", "-1")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    for _ in range(4):
        alembic("upgrade", "+1")
        alembic("downgrade", "-1")
        alembic("upgrade", "+1")
    assert alembic("current").strip() == "0004 (head)"


def test_the_tables_are_what_the_application_expects(engine: Engine):
    with engine.connect() as connection:
        options = {
            "include_object": lambda _object, name, kind, *_: (kind, name) != ("index", "results_pending")
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata) == []


def test_data_survives(alembic: Alembic, engine: Engine):
    alembic("downgrade", "0001")
    with engine.begin() as connection:
        note = connection.scalar(text("INSERT INTO notes (title) VALUES ('kept') RETURNING id"))
    alembic("upgrade", "head")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT note_id, state FROM results")).all() == [(note, "pending")]


def test_a_broken_off_index_is_built_again(alembic: Alembic, engine: Engine):
    alembic("downgrade", "0003")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE results ADD COLUMN error text"))
        connection.execute(text("CREATE INDEX results_pending ON results (requested_at)"))
    alembic("upgrade", "head")
    with engine.connect() as connection:
        assert "WHERE" in connection.scalar(
            text("SELECT indexdef FROM pg_indexes WHERE indexname = 'results_pending'")
        )


def test_the_sql_can_be_read_first(alembic: Alembic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL")
    assert "CREATE INDEX CONCURRENTLY results_pending" in alembic("upgrade", "head", sql=True)
    assert "DROP TABLE results" in alembic("downgrade", "0003:0002", sql=True)


def test_one_at_a_time(alembic: Alembic, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    moments = iter([0.0, 30.0, 90.0])
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_lock(4020816)")
        monkeypatch.setattr("time.monotonic", lambda: next(moments, 90.0))
        with pytest.raises(
            SystemExit, match="another migration has been running for 60 s; try again when it is done"
        ):
            alembic("downgrade", "-1")
        monkeypatch.undo()


def test_the_database_must_be_named(alembic: Alembic, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(SystemExit, match="DATABASE_URL: not set; give DATABASE_URL or DATABASE_URL_FILE"):
        alembic("current")
