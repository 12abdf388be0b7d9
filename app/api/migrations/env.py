"""How Alembic reaches the database: one migration run at a time, a transaction per migration."""

import os
import sys
import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from notes import logs
from notes.database import Table, driver_url
from notes.settings import SettingsError, read_database_url

# Any number will do, as long as nothing else in this database uses it.
LOCK = 4_020_816
LOCK_WAIT_SECONDS = 60
# A migration that cannot get its table lock soon gives up: waiting, it would block the copy that serves.
LOCK_TIMEOUT = "5s"


def run_offline() -> None:
    """Print the SQL."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=Table.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Change the database."""
    engine = create_engine(
        driver_url(database_url()),
        poolclass=pool.NullPool,
        connect_args={"connect_timeout": 5, "application_name": "notes-migration"},
    )
    with engine.connect() as connection:
        if changes_database():
            logs.start(sys.stderr)
            wait_for_turn(connection)
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.commit()
        context.configure(
            connection=connection, target_metadata=Table.metadata, transaction_per_migration=True
        )
        with context.begin_transaction():
            context.run_migrations()


def database_url() -> str:
    """The database's URL, or the end of the run with a line that says what is missing."""
    try:
        return read_database_url(os.environ)
    except SettingsError as error:
        sys.exit(str(error))


def changes_database() -> bool:
    """Whether this command migrates; `current` and its like only read, and need not wait."""
    options = context.config.cmd_opts
    return options is None or options.cmd[0].__name__ in ("upgrade", "downgrade", "stamp")


def wait_for_turn(connection: Connection) -> None:
    """Take the lock by asking again and again: a waiting query would block CREATE INDEX CONCURRENTLY."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        connection.rollback()
        if time.monotonic() > deadline:
            sys.exit(
                f"another migration has been running for {LOCK_WAIT_SECONDS} s; try again when it is done"
            )
        time.sleep(0.5)
    connection.rollback()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
