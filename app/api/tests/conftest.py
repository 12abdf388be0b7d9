"""Fixtures. Tests that need PostgreSQL, Redis or a bucket take them from the application's own settings.

Each test process works in a database of its own, `<database>_test` or `<database>_gw0` and so on, which is
made when it is missing; the given database is never touched.
"""

import io
import os
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from fastapi.testclient import TestClient
from psycopg import sql
from redis import Redis
from sqlalchemy import Engine, make_url, text

from notes.api import create_app
from notes.database import connect
from notes.settings import ApiSettings, Reader, SettingsError, StorageSettings
from notes.storage import Storage


def _setting(name: str) -> str:
    reader = Reader(os.environ)
    value = reader.text(name)
    try:
        reader.done()
    except SettingsError as error:
        pytest.skip(str(error))
    return value


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A database of this test process, empty."""
    given = make_url(_setting("DATABASE_URL")).set(drivername="postgresql")
    name = f"{given.database}_{os.environ.get('PYTEST_XDIST_WORKER', 'test')}"
    with psycopg.connect(given.render_as_string(hide_password=False), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield given.set(database=name).render_as_string(hide_password=False)
        if not found:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def alembic(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run a command of Alembic against the test database; what it printed is returned."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("DATABASE_URL_FILE", raising=False)

    def run(name: str, *arguments: str, **options: object) -> str:
        output = io.StringIO()
        configuration = Config("alembic.ini", stdout=output, output_buffer=output)
        getattr(command, name)(configuration, *arguments, **options)
        return output.getvalue()

    return run


@pytest.fixture
def engine(alembic: Callable[..., str], database_url: str) -> Iterator[Engine]:
    """The test database with the newest schema and no rows."""
    alembic("upgrade", "head")
    engine = connect(database_url, "notes-test")
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE notes CASCADE"))
    yield engine
    engine.dispose()


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The cache."""
    with Redis.from_url(_setting("REDIS_URL")) as client:
        yield client


@pytest.fixture
def key_prefix(redis: Redis) -> Iterator[str]:
    """A prefix that no other test uses; its keys are deleted afterwards."""
    prefix = f"notes-test-{uuid.uuid4().hex}"
    yield prefix
    for key in redis.scan_iter(f"{prefix}*"):
        redis.delete(key)


@pytest.fixture
def storage_settings() -> StorageSettings:
    """The bucket's settings."""
    for name in ("S3_ENDPOINT", "S3_BUCKET_FILES", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"):
        _setting(name)
    return StorageSettings.take(Reader(os.environ))


@pytest.fixture
def storage(storage_settings: StorageSettings, engine: Engine) -> Iterator[Storage]:
    """The bucket; the files of the test database's notes are deleted afterwards."""
    storage = Storage(storage_settings)
    yield storage
    with engine.connect() as connection:
        for key in connection.scalars(text("SELECT object_key FROM attachments")):
            storage.remove(key)


@pytest.fixture
def environment(
    database_url: str, key_prefix: str, storage_settings: StorageSettings, engine: Engine, storage: Storage
) -> dict[str, str]:
    """The environment that an API or a worker of this test runs in."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "REDIS_URL": _setting("REDIS_URL"),
        "S3_ENDPOINT": storage_settings.endpoint,
        "S3_REGION": storage_settings.region,
        "S3_BUCKET_FILES": storage_settings.bucket,
        "S3_ACCESS_KEY_ID": storage_settings.access_key_id,
        "S3_SECRET_ACCESS_KEY": storage_settings.secret_access_key,
        "JWT_SECRET": "a secret of at least thirty-two bytes",
        "NOTES_KEY_PREFIX": key_prefix,
        "NOTES_ATTACHMENT_LIMIT": "2000000",
        "TOWPATH_ENVIRONMENT": "test",
        "TOWPATH_RELEASE": "r1",
    }


@pytest.fixture
def start_api(environment: dict[str, str]) -> Iterator[Callable[..., TestClient]]:
    """Start the API with changes to its environment."""
    clients: list[TestClient] = []

    def start(**changes: str) -> TestClient:
        app = create_app(ApiSettings.read(environment | changes))
        client = TestClient(app, raise_server_exceptions=False)
        clients.append(client.__enter__())
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def api(start_api: Callable[..., TestClient]) -> TestClient:
    """The API."""
    return start_api()
