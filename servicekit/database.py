"""A database that went away comes back; what was under way waits for it. And what many do in one transaction is done once, at its end."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import InterfaceError, OperationalError, connection


def wait_for_database(limit: float = 600.0) -> None:
    """Return as soon as the database answers.

    An event that is being handled meanwhile stays unacknowledged: not lost, and not counted as a failure. ``limit`` in
    seconds, well below the broker's own time-out for acknowledgements (30 min); raises OperationalError after it.
    """
    give_up = time.monotonic() + limit
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > give_up:
                raise
            time.sleep(1.0)


_gathered: ContextVar[dict[Callable[[list[Any]], None], list[Any]] | None] = ContextVar("gathered", default=None)


def gather(work: Callable[[list[Any]], None], items: Sequence[Any]) -> None:
    """Call ``work`` with the items: at the end of the transaction, with all that were gathered for it, or else at once."""
    gathered = _gathered.get()
    if gathered is None:
        work(list(items))
    else:
        gathered.setdefault(work, []).extend(items)


@contextmanager
def gathering() -> Iterator[None]:
    """Put off what is gathered to the end of the block, in the order in which each work was first asked for.

    Enter it inside the transaction. If the block fails nothing of it is done.
    """
    gathered: dict[Callable[[list[Any]], None], list[Any]] = {}
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    for work, items in gathered.items():
        work(items)
