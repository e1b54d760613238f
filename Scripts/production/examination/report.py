"""What an examination came to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """One thing that was tried. ``level`` is ok, warning or error; a remedy belongs to what is not ok."""

    what: str
    level: str
    found: str
    remedy: str = ""


def ok(what: str, found: str) -> Verdict:
    """It is as it should be."""
    return Verdict(what, "ok", found)


def warning(what: str, found: str, remedy: str) -> Verdict:
    """It works, and will not for long."""
    return Verdict(what, "warning", found, remedy)


def error(what: str, found: str, remedy: str) -> Verdict:
    """It does not work."""
    return Verdict(what, "error", found, remedy)
