"""Short, plain lines about what is being set up."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


class SetupError(Exception):
    """The machine lacks something, or a tool failed; the message says what to do."""


def say(text: str) -> None:
    """Write one line for the person at the terminal."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def stop(text: str, code: int = 1) -> NoReturn:
    """End the script with a message and an exit code."""
    say(text)
    raise SystemExit(code)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what was done, and how long it took."""
    started = time.monotonic()
    yield
    say(f"  {text}: {time.monotonic() - started:.1f} s")
