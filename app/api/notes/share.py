"""Share links: a signed token that lets anyone read one note for a while."""

from datetime import UTC, datetime, timedelta

import jwt

LIFETIME = timedelta(days=7)
_AUDIENCE = "share"
_ALGORITHM = "HS256"


def sign(note_id: int, secret: str, now: datetime | None = None) -> tuple[str, datetime]:
    """A token for the note and the moment it stops working."""
    expires = (now or datetime.now(UTC)).replace(microsecond=0) + LIFETIME
    token = jwt.encode({"sub": str(note_id), "aud": _AUDIENCE, "exp": expires}, secret, algorithm=_ALGORITHM)
    return token, expires


def read(token: str, secret: str, previous_secret: str = "") -> int | None:
    """The note that a token opens; None when it is forged, broken or expired.

    Links that were signed before the secret was rotated open as long as the previous one is given.
    """
    note_id = _read_with(token, secret)
    return _read_with(token, previous_secret) if note_id is None and previous_secret else note_id


def _read_with(token: str, secret: str) -> int | None:
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "sub", "aud"]},
        )
        return int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        return None
