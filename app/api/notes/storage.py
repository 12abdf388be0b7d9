"""The bucket: attachments under `notes/<note>/<random>`."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import BinaryIO
from uuid import uuid4

from obstore.exceptions import NotFoundError
from obstore.store import S3Store

from notes.settings import StorageSettings


class Storage:
    """Attachments in an S3 bucket.

    `timeout` limits a single request; `retries` is how often a failed one is tried again.
    """

    def __init__(self, settings: StorageSettings, *, timeout: float = 30, retries: int = 2) -> None:
        self._store = S3Store(
            settings.bucket,
            endpoint=settings.endpoint,
            region=settings.region,
            access_key_id=settings.access_key_id,
            secret_access_key=settings.secret_access_key,
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": settings.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=min(2, timeout)),
                "timeout": timedelta(seconds=timeout),
            },
            retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=timeout)},
        )

    def add(self, note_id: int, content: BinaryIO, content_type: str) -> str:
        """Store a file and return its key."""
        key = f"notes/{note_id}/{uuid4().hex}"
        self._store.put(key, content, attributes={"Content-Type": content_type})
        return key

    def read(self, key: str) -> Iterator[bytes]:
        """The file's content in pieces; raises FileNotFoundError before the first one."""
        try:
            found = self._store.get(key)
        except NotFoundError as error:
            raise FileNotFoundError(key) from error
        return (bytes(piece) for piece in found.stream())

    def remove(self, key: str) -> None:
        """Delete the file; one that is not there is fine."""
        with suppress(NotFoundError):
            self._store.delete(key)

    def check(self) -> None:
        """Raise when the bucket cannot be listed."""
        for _ in self._store.list("health", chunk_size=1):
            break
