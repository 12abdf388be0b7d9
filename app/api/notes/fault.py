"""Faults on request: a test fixture for release gates, never set in real environments."""

from enum import StrEnum


class Fault(StrEnum):
    """The values of NOTES_FAULT."""

    NONE = "none"
    EXIT = "exit"
    """The API exits at once with status 1."""
    UNHEALTHY = "unhealthy"
    """Health answers 503; everything else works."""
    ERROR500 = "error500"
    """Health is fine; every other path answers 500."""
