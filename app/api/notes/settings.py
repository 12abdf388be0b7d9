"""Settings, read once from the environment.

Each value comes from the file that `<NAME>_FILE` names, else from `<NAME>`. Problems are reported together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from notes.fault import Fault


class SettingsError(Exception):
    """One or more settings are missing or wrong; `problems` holds a line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Reader:
    """Reads single settings and collects what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        """The setting's value; without a default it must be there."""
        value = self._value(name)
        if value:
            return value
        if default is None:
            self._problems.append(f"{name}: not set; give {name} or {name}_FILE")
        return default or ""

    def number(self, name: str, default: int) -> int:
        """The setting's value as a whole number of at least zero."""
        value = self._value(name)
        if not value:
            return default
        if not value.isascii() or not value.isdigit():
            self._problems.append(f"{name}: not a whole number, got {value!r}; give one of at least 0")
            return default
        return int(value)

    def fault(self, name: str) -> Fault:
        """The setting's value as a fault."""
        value = self._value(name) or Fault.NONE
        try:
            return Fault(value)
        except ValueError:
            self._problems.append(f"{name}: unknown fault, got {value!r}; give one of {', '.join(Fault)}")
            return Fault.NONE

    def done(self) -> None:
        """Raise what was found wrong."""
        if self._problems:
            raise SettingsError(self._problems)

    def _value(self, name: str) -> str | None:
        file = self._environment.get(f"{name}_FILE")
        if not file:
            return self._environment.get(name)
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            self._problems.append(
                f"{name}_FILE: cannot be read, got {file!r}; {getattr(error, 'strerror', error)}"
            )
            return "?"


@dataclass(frozen=True)
class StorageSettings:
    """The bucket that attachments are kept in."""

    endpoint: str
    region: str
    bucket: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)

    @classmethod
    def take(cls, reader: Reader) -> Self:
        return cls(
            endpoint=reader.text("S3_ENDPOINT"),
            region=reader.text("S3_REGION", "us-east-1"),
            bucket=reader.text("S3_BUCKET_FILES"),
            access_key_id=reader.text("S3_ACCESS_KEY_ID"),
            secret_access_key=reader.text("S3_SECRET_ACCESS_KEY"),
        )


@dataclass(frozen=True)
class ApiSettings:
    """What the API needs."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    storage: StorageSettings
    jwt_secret: str = field(repr=False)
    jwt_secret_previous: str = field(repr=False)
    key_prefix: str
    attachment_limit: int
    port: int
    environment: str
    release: str
    fault: Fault

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        reader = Reader(environment)
        settings = cls(
            database_url=reader.text("DATABASE_URL"),
            redis_url=reader.text("REDIS_URL"),
            storage=StorageSettings.take(reader),
            jwt_secret=reader.text("JWT_SECRET"),
            jwt_secret_previous=reader.text("JWT_SECRET_PREVIOUS", ""),
            key_prefix=reader.text("NOTES_KEY_PREFIX", "notes"),
            attachment_limit=reader.number("NOTES_ATTACHMENT_LIMIT", 10_000_000),
            port=reader.number("PORT", 8000),
            environment=reader.text("TOWPATH_ENVIRONMENT", "development"),
            release=reader.text("TOWPATH_RELEASE", "none"),
            fault=reader.fault("NOTES_FAULT"),
        )
        reader.done()
        return settings


@dataclass(frozen=True)
class WorkerSettings:
    """What the worker needs."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    storage: StorageSettings
    key_prefix: str
    stale_seconds: int
    job_delay_seconds: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        reader = Reader(environment)
        settings = cls(
            database_url=reader.text("DATABASE_URL"),
            redis_url=reader.text("REDIS_URL"),
            storage=StorageSettings.take(reader),
            key_prefix=reader.text("NOTES_KEY_PREFIX", "notes"),
            stale_seconds=reader.number("NOTES_STALE_SECONDS", 15),
            job_delay_seconds=reader.number("NOTES_JOB_DELAY_SECONDS", 0),
        )
        reader.done()
        return settings


def read_database_url(environment: Mapping[str, str]) -> str:
    """The one setting that the migrations need."""
    reader = Reader(environment)
    url = reader.text("DATABASE_URL")
    reader.done()
    return url
