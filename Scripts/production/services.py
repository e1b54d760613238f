"""Management commands of the services, and the JSON lines that they answer with."""

import json
from typing import Any

from production.compose import Compose, ComposeFailed
from production.errors import OperatorError, WrongUse
from production.state import SERVICES

Row = dict[str, Any]


def chosen(service: str) -> tuple[str, ...]:
    """One service, or all when none is named. Raises WrongUse."""
    if service and service not in SERVICES:
        raise WrongUse(f"There is no service {service}; there are: {', '.join(SERVICES)}")
    return (service,) if service else SERVICES


def call(compose: Compose, service: str, *arguments: str) -> list[Row]:
    """The objects that a command prints, one a line. Runs in the worker, which reaches database and broker.

    Raises OperatorError with the last line that it said.
    """
    done = compose.run(
        "exec", "--no-TTY", compose.serving(f"{service}-worker"), "python", "manage.py", *arguments, capture=True, check=False, input=""
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode and not rows:
        raise ComposeFailed(f"{service}: {last_line(done.stderr or done.stdout)}")
    if done.returncode:
        raise Incomplete(f"{service}: {last_line(done.stderr)}", rows)
    return rows


class Incomplete(OperatorError):
    """A command did some of its work; ``rows`` are what it printed."""

    def __init__(self, text: str, rows: list[Row]) -> None:
        super().__init__(text)
        self.rows = rows


def last_line(text: str) -> str:
    """What a program said at the end, where a traceback has its point."""
    return next((line for line in reversed(text.strip().splitlines()) if line.strip()), "it said nothing")
