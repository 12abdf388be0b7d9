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


def read(token: str, secret: str) -> int | None:
    """The note that a token opens; None when it is forged, broken or expired."""
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
