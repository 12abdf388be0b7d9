"""The API."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload, sessionmaker

from notes import share
from notes.cache import connect_cache
from notes.database import POOL_OVERFLOW, POOL_SIZE, Attachment, Note, Result, connect
from notes.health import Health, check_database
from notes.jobs import Jobs
from notes.logs import log
from notes.messages import NewNote, NoteAnswer, ShareAnswer
from notes.requests import Faults, RequestLog, UploadLimit
from notes.settings import ApiSettings
from notes.storage import Storage
from notes.version import build_info

LARGEST_ID = 2**63 - 1
UNHEALTHY_FOR_TEST = "failed: NOTES_FAULT"

NoteId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class Services:
    """The backing services, as one copy of the API reaches them."""

    def __init__(self, settings: ApiSettings) -> None:
        self.settings = settings
        self.engine = connect(settings.database_url, "notes-api")
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.cache = connect_cache(settings.redis_url, timeout=2)
        self.jobs = Jobs(self.cache, settings.key_prefix)
        self.storage = Storage(settings.storage)
        impatient = Storage(settings.storage, timeout=2, retries=0)
        self.health = Health(
            {
                "database": lambda: check_database(self.engine),
                "cache": self.cache.ping,
                "bucket": impatient.check,
            }
        )

    def request_work(self, note_id: int) -> None:
        """Queue a job. The database says that a result is due, so the worker finds it if this fails."""
        try:
            self.jobs.put(note_id)
        except RedisError as error:
            log.warning(
                "job not queued, the worker will find it", extra={"note": note_id, "error": str(error)}
            )

    def close(self) -> None:
        """Give the connections back."""
        self.cache.close()
        self.engine.dispose()


def _services(request: Request) -> Services:
    return request.app.state.services


def _session(services: Annotated[Services, Depends(_services)]) -> Iterator[Session]:
    with services.sessions() as session:
        yield session


Using = Annotated[Services, Depends(_services)]
Database = Annotated[Session, Depends(_session)]
routes = APIRouter(prefix="/api")


@routes.get("/notes")
def list_notes(
    session: Database,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> list[NoteAnswer]:
    """The newest notes; `before` is the id of the last one already seen."""
    query = select(Note).options(joinedload(Note.attachment), joinedload(Note.result))
    if before is not None:
        query = query.where(Note.id < before)
    found = session.scalars(query.order_by(Note.id.desc()).limit(limit))
    return [NoteAnswer.model_validate(note) for note in found]


@routes.post("/notes", status_code=201)
def create_note(new: NewNote, session: Database, services: Using) -> NoteAnswer:
    """Create a note and queue its job."""
    note = Note(title=new.title, body=new.body, result=Result(state="pending"))
    session.add(note)
    session.flush()
    session.refresh(note)
    answer = NoteAnswer.model_validate(note)
    session.commit()
    services.request_work(note.id)
    return answer


@routes.get("/notes/{note_id}")
def get_note(note_id: NoteId, session: Database) -> NoteAnswer:
    """One note with the worker's result."""
    return NoteAnswer.model_validate(_note(session, note_id))


@routes.delete("/notes/{note_id}", status_code=204)
def delete_note(note_id: NoteId, session: Database, services: Using) -> None:
    """Delete a note and its attachment."""
    note = _note(session, note_id)
    key = note.attachment.object_key if note.attachment else None
    session.delete(note)
    session.commit()
    if key:
        _remove(services.storage, key)


@routes.post("/notes/{note_id}/attachment", status_code=201)
def attach(note_id: NoteId, file: UploadFile, session: Database, services: Using) -> NoteAnswer:
    """Store a file with the note, in place of an earlier one, and queue a job."""
    limit = services.settings.attachment_limit
    if (file.size or 0) > limit:
        raise HTTPException(413, f"the attachment is too large; the limit is {limit} bytes")
    _note(session, note_id)
    session.rollback()  # no transaction stays open during the upload
    key = services.storage.add(note_id, file.file, file.content_type or "application/octet-stream")
    try:
        replaced, answer = _record_attachment(session, note_id, key, file)
    except BaseException:
        _remove(services.storage, key)
        raise
    if replaced:
        _remove(services.storage, replaced)
    services.request_work(note_id)
    return answer


@routes.get("/notes/{note_id}/attachment")
def get_attachment(note_id: NoteId, session: Database, services: Using) -> Response:
    """The attachment's content."""
    attachment = _note(session, note_id).attachment
    if attachment is None:
        raise HTTPException(404, "this note has no attachment")
    try:
        content = services.storage.read(attachment.object_key)
    except FileNotFoundError:
        raise HTTPException(404, "the attachment's content is gone") from None
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.file_name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return StreamingResponse(content, media_type=attachment.content_type, headers=headers)


@routes.post("/notes/{note_id}/share", status_code=201)
def share_note(note_id: NoteId, session: Database, services: Using) -> ShareAnswer:
    """A link that shows this note to anyone who has it."""
    token, expires = share.sign(_note(session, note_id).id, services.settings.jwt_secret)
    return ShareAnswer(path=f"/api/shared/{token}", expires_at=expires)


@routes.get("/shared/{token}")
def get_shared(token: str, session: Database, services: Using) -> NoteAnswer:
    """The note that a link opens."""
    settings = services.settings
    note_id = share.read(token, settings.jwt_secret, settings.jwt_secret_previous)
    if note_id is None:
        raise HTTPException(404, "this link is not valid or no longer is")
    return NoteAnswer.model_validate(_note(session, note_id))


@routes.get("/health")
async def health(services: Using) -> JSONResponse:
    """Whether this copy can do its work."""
    checks = await services.health.check()
    if services.settings.fault.value == "unhealthy":
        checks["fault"] = UNHEALTHY_FOR_TEST
    failing = [name for name, result in checks.items() if result != "ok"]
    answer = {
        "status": "unhealthy" if failing else "healthy",
        "checks": checks,
        "version": build_info()["version"],
    }
    if failing:
        answer["failing"] = failing
    return JSONResponse(answer, 503 if failing else 200, headers={"Cache-Control": "no-store"})


@routes.get("/version")
def version(services: Using) -> dict[str, str]:
    """What runs here."""
    return build_info() | {"environment": services.settings.environment, "release": services.settings.release}


def create_app(settings: ApiSettings) -> FastAPI:
    """The application with its backing services."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # A request holds at most one connection: with as many threads as connections nobody waits for one.
        anyio.to_thread.current_default_thread_limiter().total_tokens = POOL_SIZE + POOL_OVERFLOW
        app.state.services = Services(settings)
        log.info(
            "started",
            extra={"environment": settings.environment, "release": settings.release, **build_info()},
        )
        yield
        app.state.services.close()
        log.info("stopped")

    app = FastAPI(
        title="Notes",
        version=build_info()["version"],
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.include_router(routes)
    app.add_api_route(
        "/", lambda: {"service": "notes", "openapi": "/api/openapi.json"}, include_in_schema=False
    )
    app.add_middleware(Faults, fault=settings.fault)
    app.add_middleware(UploadLimit, limit=settings.attachment_limit)
    app.add_middleware(RequestLog)
    return app


def _note(session: Session, note_id: int) -> Note:
    note = session.scalar(
        select(Note).where(Note.id == note_id).options(joinedload(Note.attachment), joinedload(Note.result))
    )
    if note is None:
        raise HTTPException(404, f"there is no note {note_id}")
    return note


def _record_attachment(
    session: Session, note_id: int, key: str, file: UploadFile
) -> tuple[str | None, NoteAnswer]:
    """Point the note at the new file; the key of the one it replaces and the note are returned."""
    # Locked, so that of two uploads at once the second sees, and removes, the first one's file.
    session.execute(select(Note.id).where(Note.id == note_id).with_for_update())
    note = _note(session, note_id)
    replaced = note.attachment.object_key if note.attachment else None
    attachment = note.attachment or Attachment(note_id=note_id)
    attachment.object_key = key
    attachment.file_name = (file.filename or "attachment").replace("\0", "")[:255]
    attachment.content_type = (file.content_type or "application/octet-stream")[:255]
    attachment.created_at = func.now()
    note.attachment = attachment
    session.flush()
    _ask_for_result(session, note_id)
    session.refresh(note)
    answer = NoteAnswer.model_validate(note)
    session.commit()
    return replaced, answer


def _ask_for_result(session: Session, note_id: int) -> None:
    """Make the note's result due again, whatever a worker wrote since this session last looked."""
    due = {
        "state": "pending",
        "requested_at": func.clock_timestamp(),
        "attachment_size": None,
        "attachment_sha256": None,
        "error": None,
        "finished_at": None,
    }
    request = insert(Result).values(note_id=note_id, **due)
    session.execute(request.on_conflict_do_update(index_elements=[Result.note_id], set_=due))


def _remove(storage: Storage, key: str) -> None:
    """Delete a file that nothing points at any more; one left behind costs space only."""
    try:
        storage.remove(key)
    except Exception as error:
        log.warning("file left behind in the bucket", extra={"key": key, "error": type(error).__name__})
