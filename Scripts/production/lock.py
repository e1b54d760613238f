"""One ``tts`` at a time on a deployment. The kernel holds the lock: it ends with the process, however that ends."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from production.errors import AnotherIsRunning
from production.files import make_state_folder
from production.home import Home


@contextmanager
def exclusive(home: Home) -> Iterator[None]:
    """Be the only one who changes this deployment. Raises AnotherIsRunning (exit code 4) and never waits."""
    make_state_folder(home.state)
    path = home.state / "lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherIsRunning(f"Another tts works on this deployment: {_holder(file.name)}. Try again when it has ended.") from None
        path.chmod(0o600)
        file.truncate(0)
        file.write(f"process {os.getpid()}: {' '.join(sys.argv[1:])}")
        file.flush()
        yield


def _holder(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the path of an open file
        return file.read() or "it has just begun"
