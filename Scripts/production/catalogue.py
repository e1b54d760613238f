"""Which variables there are: those that ``Docker/.env.production.example`` names, in force or in a comment."""

import difflib
import re
from functools import cache

from production.home import EXAMPLE

NAME = re.compile(r"^#? ?([A-Z][A-Z0-9_]*)=", re.MULTILINE)


@cache
def known_names() -> frozenset[str]:
    """Every variable that ``.env.production`` may hold."""
    return frozenset(NAME.findall(EXAMPLE.read_text(encoding="utf-8")))


def closest(name: str) -> str:
    """The known name that somebody may have meant, or nothing."""
    return next(iter(difflib.get_close_matches(name.upper(), sorted(known_names()), n=1, cutoff=0.6)), "")
