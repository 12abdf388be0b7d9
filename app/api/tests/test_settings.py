from pathlib import Path

import pytest

from notes.fault import Fault
from notes.settings import ApiSettings, Reader, SettingsError, WorkerSettings, read_database_url

COMPLETE = {
    "DATABASE_URL": "postgresql://u:database-password@h/d",
    "REDIS_URL": "redis://:cache-password@h/0",
    "S3_ENDPOINT": "http://h:7070",
    "S3_BUCKET_FILES": "files",
    "S3_ACCESS_KEY_ID": "access-key",
    "S3_SECRET_ACCESS_KEY": "secret-key",
    "JWT_SECRET": "jwt-secret",
}


def test_defaults():
    settings = ApiSettings.read(COMPLETE)
    assert (settings.port, settings.environment, settings.release) == (8000, "development", "none")
    assert (settings.key_prefix, settings.fault, settings.storage.region) == (
        "notes",
        Fault.NONE,
        "us-east-1",
    )
    assert WorkerSettings.read(COMPLETE).stale_seconds == 15


def test_a_file_comes_before_a_variable(tmp_path: Path):
    file = tmp_path / "JWT_SECRET"
    file.write_text("from the file\n")
    assert ApiSettings.read(COMPLETE | {"JWT_SECRET_FILE": str(file)}).jwt_secret == "from the file"
    assert ApiSettings.read(COMPLETE | {"JWT_SECRET_FILE": ""}).jwt_secret == "jwt-secret"


def test_the_previous_secret_may_be_there(tmp_path: Path):
    assert ApiSettings.read(COMPLETE).jwt_secret_previous == ""
    file = tmp_path / "JWT_SECRET_PREVIOUS"
    file.write_text("the old one\n")
    settings = ApiSettings.read(COMPLETE | {"JWT_SECRET_PREVIOUS_FILE": str(file)})
    assert settings.jwt_secret_previous == "the old one"
    assert "the old one" not in repr(settings)


def test_all_problems_are_reported_together():
    with pytest.raises(SettingsError) as raised:
        ApiSettings.read(
            {
                "REDIS_URL": "redis://h",
                "S3_ENDPOINT": "http://h",
                "S3_BUCKET_FILES": "files",
                "S3_ACCESS_KEY_ID": "a",
                "S3_SECRET_ACCESS_KEY_FILE": "/nowhere/key",
                "NOTES_FAULT": "explode",
                "PORT": "-1",
            }
        )
    assert raised.value.problems == [
        "DATABASE_URL: not set; give DATABASE_URL or DATABASE_URL_FILE",
        "S3_SECRET_ACCESS_KEY_FILE: cannot be read, got '/nowhere/key'; No such file or directory",
        "JWT_SECRET: not set; give JWT_SECRET or JWT_SECRET_FILE",
        "PORT: not a whole number, got '-1'; give one of at least 0",
        "NOTES_FAULT: unknown fault, got 'explode'; give one of none, exit, unhealthy, error500",
    ]


def test_a_file_that_is_not_text(tmp_path: Path):
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe")
    reader = Reader({"KEY_FILE": str(file)})
    reader.text("KEY")
    with pytest.raises(SettingsError, match="KEY_FILE: cannot be read"):
        reader.done()


def test_secrets_do_not_show():
    shown = repr(ApiSettings.read(COMPLETE)) + repr(WorkerSettings.read(COMPLETE))
    for secret in ("database-password", "cache-password", "access-key", "secret-key", "jwt-secret"):
        assert secret not in shown


def test_migrations_need_the_database_only():
    assert read_database_url({"DATABASE_URL": "postgresql://h/d"}) == "postgresql://h/d"
    with pytest.raises(SettingsError):
        read_database_url({})
