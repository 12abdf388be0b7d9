"""What happens around every request: its log line, its limit, and the faults of the test fixture."""

import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notes.fault import Fault
from notes.logs import log

HEALTH_PATH = "/api/health"
# What the parts around the file in a multipart body may take.
MULTIPART_ALLOWANCE = 10_000


class RequestLog:
    """Logs a line for every request, with the route instead of the path: share links are secrets."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        identity = uuid4().hex[:12]
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = identity
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path_format", None) or "unknown"
            if route != HEALTH_PATH or status != 200:
                log.info(
                    "request",
                    extra={
                        "request": identity,
                        "method": scope["method"],
                        "route": route,
                        "status": status,
                        "milliseconds": round((time.perf_counter() - start) * 1000, 1),
                    },
                )


class UploadLimit:
    """Refuses a body that says it is too large before a byte of it is read."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            length = Headers(scope=scope).get("content-length", "0")
            if length.isdigit() and int(length) > self._limit + MULTIPART_ALLOWANCE:
                refusal = {"detail": f"the attachment is too large; the limit is {self._limit} bytes"}
                await JSONResponse(refusal, 413, headers={"Connection": "close"})(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Faults:
    """Answers 500 on everything but health when NOTES_FAULT says so."""

    def __init__(self, app: ASGIApp, fault: Fault) -> None:
        self._app = app
        self._broken = fault is Fault.ERROR500

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._broken and scope["type"] == "http" and scope["path"] != HEALTH_PATH:
            await JSONResponse({"detail": "broken, as NOTES_FAULT asks"}, 500)(scope, receive, send)
            return
        await self._app(scope, receive, send)
