"""One ``tts`` at a time on a deployment. The kernel holds the lock: it ends with the process, however that ends."""

import fcntl
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from production.errors import AnotherIsRunning
from production.files import make_state_folder
from production.home import Home

HOLDER = re.compile(r"process (\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Work:
    """What a ``tts`` does to the deployment now: the words after the program's name, and since when (seconds since 1970)."""

    words: str
    began: float

    @property
    def command(self) -> str:
        """The first word."""
        return self.words.partition(" ")[0]


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


def under_way(home: Home) -> Work | None:
    """The work of whoever holds the lock. It is not touched: a ``tts`` that comes at this moment must find it free."""
    path = home.state / "lock"
    try:
        held, began = HOLDER.fullmatch(path.read_text(encoding="utf-8")), path.stat().st_mtime
        locks = [line.split() for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return None
    # 1: FLOCK ADVISORY WRITE <process> <device>:<inode> 0 EOF
    inode = str(path.stat().st_ino)
    holds = held and any(fields[1] == "FLOCK" and fields[4] == held[1] and fields[5].rpartition(":")[2] == inode for fields in locks)
    return Work(held[2], began) if held and holds else None
