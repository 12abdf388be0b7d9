"""The database: engine and tables."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    ForeignKey,
    Identity,
    String,
    Text,
    create_engine,
    func,
    make_url,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# How long a statement of the application may run; migrations have no such limit.
STATEMENT_MILLISECONDS = 10_000
POOL_SIZE = 5
# Together with `POOL_SIZE` the most connections that one copy opens.
POOL_OVERFLOW = 15


def driver_url(url: str):
    """The URL with the driver that is installed, whatever alias of PostgreSQL it was given with."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def connect(url: str, name: str) -> Engine:
    """An engine with short time limits; `name` is what the server shows for its connections."""
    return create_engine(
        driver_url(url),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 2,
            "application_name": name,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
        },
    )


class Table(DeclarativeBase):
    """Base of the tables."""


class Note(Table):
    """A note."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    attachment: Mapped["Attachment | None"] = relationship(passive_deletes=True, cascade="all, delete-orphan")
    result: Mapped["Result | None"] = relationship(passive_deletes=True, cascade="all, delete-orphan")


class Attachment(Table):
    """The file that belongs to a note; its content is in the bucket."""

    __tablename__ = "attachments"

    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    object_key: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Result(Table):
    """What the worker found out about a note: `pending`, then `done` or `failed`."""

    __tablename__ = "results"

    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="pending")
    word_count: Mapped[int | None]
    attachment_size: Mapped[int | None] = mapped_column(BigInteger)
    attachment_sha256: Mapped[str | None] = mapped_column(String(64))
    error: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
