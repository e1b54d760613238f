"""The scripts' beginnings: make the environments they need, then become the tool."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NoReturn

from bootstrap import frontend, locks, pythons
from bootstrap.console import SetupError, say, stop
from bootstrap.paths import SERVICES, scripts_environment


def run_system(arguments: Sequence[str]) -> NoReturn:
    """Set up what the whole system needs and become its supervisor."""
    started = time.monotonic()
    if {"-h", "--help"}.isdisjoint(arguments):
        say("Setting up (quick, where nothing changed)")
        set_up_system()
    become("ops", ["-m", "ops.run", *arguments], TTS_SETUP_SECONDS=f"{time.monotonic() - started:.1f}")


def set_up_system() -> None:
    """The environments of the five services and of the tools, and the built front end."""
    with ThreadPoolExecutor(max_workers=2) as pool, explained():
        build = pool.submit(frontend.ensure_build)
        pool.submit(pythons.ensure, "ops", *SERVICES).result()
        build.result()


def become(environment: str, arguments: Sequence[str], **variables: str) -> NoReturn:
    """Replace this process by a tool in one of the environments."""
    with explained():
        pythons.ensure(environment)
    python = pythons.python_of(environment)
    sys.stdout.flush()
    os.execve(python, [str(python), *arguments], {**scripts_environment(), **variables})  # noqa: S606


@contextmanager
def explained() -> Iterator[None]:
    """Turn a set-up failure into a plain message and exit code 1."""
    try:
        yield
    except SetupError as failure:
        stop(str(failure))


def write_locks(options: Sequence[str]) -> None:
    """Write all lock files anew."""
    with explained():
        locks.write(options)
