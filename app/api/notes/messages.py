"""What the API takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

# PostgreSQL's text holds everything but NUL.
PlainText = Annotated[str, Field(pattern=r"^[^\x00]*$")]


class NewNote(BaseModel):
    """What a client sends to create a note."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: PlainText = Field(min_length=1, max_length=200)
    body: PlainText = Field(default="", max_length=100_000)


class AttachmentAnswer(BaseModel):
    """A note's attachment."""

    model_config = ConfigDict(from_attributes=True)

    file_name: str
    content_type: str
    created_at: datetime


class ResultAnswer(BaseModel):
    """What the worker found out about a note."""

    model_config = ConfigDict(from_attributes=True)

    state: str
    word_count: int | None
    attachment_size: int | None
    attachment_sha256: str | None
    error: str | None
    finished_at: datetime | None


class NoteAnswer(BaseModel):
    """A note as clients see it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    body: str
    created_at: datetime
    attachment: AttachmentAnswer | None
    result: ResultAnswer | None


class ShareAnswer(BaseModel):
    """A link that opens one note to anyone for a while."""

    path: str
    expires_at: datetime
