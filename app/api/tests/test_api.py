import hashlib
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from notes import work
from notes.jobs import Jobs
from notes.storage import Storage

Start = Callable[..., TestClient]
CONTENT = bytes(range(256)) * 64


def create(api: TestClient, **fields: str) -> dict:
    answer = api.post("/api/notes", json={"title": "Locks", "body": "one two three"} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def attach(api: TestClient, note: int, content: bytes = CONTENT, name: str = "map.png"):
    return api.post(f"/api/notes/{note}/attachment", files={"file": (name, content, "image/png")})


def queued(redis, prefix: str) -> list[int]:
    return [int(fields[b"note"]) for _, fields in redis.xrange(f"{prefix}:jobs")]


def test_a_note_is_created_listed_read_and_deleted(api: TestClient, redis, key_prefix: str):
    note = create(api, title="  Locks  ")
    assert (note["title"], note["body"], note["attachment"]) == ("Locks", "one two three", None)
    assert note["result"]["state"] == "pending"
    assert queued(redis, key_prefix) == [note["id"]]
    assert api.get(f"/api/notes/{note['id']}").json() == note
    assert api.get("/api/notes").json() == [note]
    assert api.delete(f"/api/notes/{note['id']}").status_code == 204
    gone = api.get(f"/api/notes/{note['id']}")
    assert (gone.status_code, gone.json()) == (404, {"detail": f"there is no note {note['id']}"})
    assert api.delete(f"/api/notes/{note['id']}").status_code == 404


def test_the_list_is_read_in_pages(api: TestClient):
    ids = [create(api)["id"] for _ in range(3)]
    first = [note["id"] for note in api.get("/api/notes?limit=2").json()]
    rest = [note["id"] for note in api.get(f"/api/notes?limit=2&before={first[-1]}").json()]
    assert first + rest == ids[::-1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": " "},
        {"title": "x" * 201},
        {"title": "a\0b"},
        {"title": "x", "body": "\0"},
        {"title": "x", "colour": "red"},
    ],
)
def test_a_note_that_is_not_one(api: TestClient, body: dict):
    assert api.post("/api/notes", json=body).status_code == 422


@pytest.mark.parametrize(
    "path", ["/api/notes/0", f"/api/notes/{2**63}", "/api/notes?limit=0", "/api/notes/x"]
)
def test_numbers_out_of_range(api: TestClient, path: str):
    assert api.get(path).status_code == 422


def test_an_attachment_comes_back_as_it_was(api: TestClient, redis, key_prefix: str):
    note = create(api)
    answer = attach(api, note["id"], name="kärta.png")
    assert answer.status_code == 201
    assert answer.json()["attachment"]["file_name"] == "kärta.png"
    assert queued(redis, key_prefix) == [note["id"]] * 2
    found = api.get(f"/api/notes/{note['id']}/attachment")
    assert hashlib.sha256(found.content).digest() == hashlib.sha256(CONTENT).digest()
    assert found.headers["content-type"] == "image/png"
    assert found.headers["content-disposition"] == "attachment; filename*=UTF-8''k%C3%A4rta.png"
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_second_attachment_replaces_the_first(api: TestClient, storage: Storage, engine: Engine):
    note = create(api)["id"]
    keys = []
    for content in (b"first", b"second"):
        attach(api, note, content)
        with engine.connect() as connection:
            keys.append(connection.scalar(text("SELECT object_key FROM attachments")))
    assert api.get(f"/api/notes/{note}/attachment").content == b"second"
    with pytest.raises(FileNotFoundError):
        storage.read(keys[0])
    api.delete(f"/api/notes/{note}")
    with pytest.raises(FileNotFoundError):
        storage.read(keys[1])


def test_an_attachment_whose_note_is_finished_meanwhile(api: TestClient, storage: Storage, engine: Engine):
    note = create(api)["id"]
    # The worker stores the result of the note alone while the request is between its first look and its last.
    event.listen(Session, "before_flush", lambda *_: work.process(engine, storage, note), once=True)
    assert attach(api, note).json()["result"]["state"] == "pending"
    assert work.process(engine, storage, note) == "done"
    assert api.get(f"/api/notes/{note}").json()["result"]["attachment_size"] == len(CONTENT)


def test_attachments_that_are_not_there(api: TestClient, storage: Storage, engine: Engine):
    note = create(api)["id"]
    assert attach(api, note + 1).status_code == 404
    assert api.get(f"/api/notes/{note}/attachment").json() == {"detail": "this note has no attachment"}
    attach(api, note)
    with engine.connect() as connection:
        storage.remove(connection.scalar(text("SELECT object_key FROM attachments")))
    assert api.get(f"/api/notes/{note}/attachment").json() == {"detail": "the attachment's content is gone"}


def test_an_attachment_that_is_too_large(start_api: Start):
    api = start_api(NOTES_ATTACHMENT_LIMIT="1000")
    note = create(api)["id"]
    refusal = {"detail": "the attachment is too large; the limit is 1000 bytes"}
    slightly, far = attach(api, note, b"x" * 1001), attach(api, note, b"x" * 20_000)
    assert (slightly.status_code, slightly.json()) == (413, refusal)
    assert (far.status_code, far.json()) == (413, refusal)
    assert attach(api, note, b"x" * 1000).status_code == 201


def test_a_shared_note_is_open_to_whoever_has_the_link(start_api: Start):
    api = start_api()
    note = create(api)
    link = api.post(f"/api/notes/{note['id']}/share").json()["path"]
    assert api.get(link).json() == note
    assert api.get(link + "x").status_code == 404
    rotated = {"JWT_SECRET": "another secret of thirty-two bytes"}
    assert start_api(**rotated).get(link).status_code == 404
    previous = {"JWT_SECRET_PREVIOUS": "a secret of at least thirty-two bytes"}
    assert start_api(**rotated, **previous).get(link).json() == note


def test_a_note_is_kept_when_the_cache_is_away(start_api: Start):
    api = start_api(REDIS_URL="redis://127.0.0.1:1/0")
    note = create(api)
    assert api.get(f"/api/notes/{note['id']}").json()["result"]["state"] == "pending"


def test_health(api: TestClient):
    answer = api.get("/api/health")
    assert answer.status_code == 200
    checks = {"database": "ok", "cache": "ok", "bucket": "ok"}
    assert answer.json() == {"status": "healthy", "checks": checks, "version": "development"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("database", {"DATABASE_URL": "postgresql://nobody:secret-word@127.0.0.1:1/none"}),
        ("cache", {"REDIS_URL": "redis://:secret-word@127.0.0.1:1/0"}),
        ("bucket", {"S3_ENDPOINT": "http://127.0.0.1:1"}),
        ("bucket", {"S3_BUCKET_FILES": "no-such-bucket"}),
        ("bucket", {"S3_SECRET_ACCESS_KEY": "secret-word"}),
        ("fault", {"NOTES_FAULT": "unhealthy"}),
    ],
)
def test_health_names_the_failing_check(start_api: Start, name: str, change: dict[str, str]):
    answer = start_api(**change).get("/api/health")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["failing"]) == ("unhealthy", [name])
    assert "secret-word" not in answer.text


def test_version(api: TestClient):
    found = api.get("/api/version").json()
    assert (found["version"], found["environment"], found["release"]) == ("development", "test", "r1")
    assert set(found) == {
        "version",
        "commit",
        "build_time",
        "build_number",
        "branch",
        "environment",
        "release",
    }


def test_the_fault_that_breaks_all_but_health(start_api: Start):
    api = start_api(NOTES_FAULT="error500")
    assert api.get("/api/health").status_code == 200
    for path in ("/", "/api/notes", "/api/version"):
        assert api.get(path).status_code == 500
    assert start_api().get("/").status_code == 200


def test_the_log_names_routes_and_no_secrets(api: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", "notes")
    link = api.post(f"/api/notes/{create(api)['id']}/share").json()["path"]
    api.get(link)
    api.get("/nothing/here")
    routes = [record.route for record in caplog.records if record.message == "request"]
    assert routes == ["/api/notes", "/api/notes/{note_id}/share", "/api/shared/{token}", "unknown"]
    assert link.rsplit("/", 1)[1] not in str(
        [vars(record) for record in caplog.records if record.name == "notes"]
    )


def test_the_queue_survives_a_cache_that_lost_its_data(redis, key_prefix: str):
    jobs = Jobs(redis, key_prefix)
    jobs.prepare()
    jobs.prepare()
    redis.delete(f"{key_prefix}:jobs")
    jobs.prepare()
    jobs.put(7)
    job = jobs.take("a", stale_seconds=1, wait_seconds=0.1)
    assert job is not None
    assert (job.note_id, job.deliveries) == (7, 1)
    jobs.done(job)
    assert jobs.empty()
