"""What the operator reads. Results go to the standard output, all that is said on the way to the standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

PLAIN_WIDTH = 160  # columns, where the output is no terminal


def say(text: str) -> None:
    """One line about what is being done."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def fail(text: str, code: int = 1) -> NoReturn:
    """End the command: one message, one exit code."""
    say(text)
    raise SystemExit(code)


def show(*results: RenderableType) -> None:
    """The result of a command, for people: text or tables."""
    output = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    for result in results:
        output.print(result, markup=False, soft_wrap=isinstance(result, str))  # a program reads a line as one


def show_json(result: Any) -> None:
    """The result of a command, for programs."""
    sys.stdout.write(json.dumps(result, indent=2, default=str) + "\n")


class Steps:
    """A bar on a terminal; elsewhere a plain line per step."""

    def __init__(self, title: str, total: int | None, bar: Progress | None) -> None:
        self._title, self._total, self._bar = title, total, bar
        self._done = 0
        self._task = bar.add_task(title, total=total) if bar else None

    def now(self, text: str) -> None:
        """What is being done at the moment; counts nothing."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=f"{self._title}: {text}")

    def advance(self, text: str) -> None:
        """One step more is done."""
        self._done += 1
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=f"{self._title}: {text}")
        else:
            say(f"{self._title}: {text} ({self._done}{f'/{self._total}' if self._total else ''})")


@contextmanager
def progress(title: str, total: int | None = None) -> Iterator[Steps]:
    """Show how far something is: ``with progress("up", 15) as steps: steps.advance("db is healthy")``."""
    if not sys.stderr.isatty():
        yield Steps(title, total, None)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield Steps(title, total, bar)
