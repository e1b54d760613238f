"""Ends the supervised processes if their supervisor dies without doing so. Standard library only; started by it.

Reads lines from the supervisor: ``track <pid> <stop signal> <stage>``, ``drop <pid>``, ``bye``. The end of the stream
without ``bye`` means that the supervisor is gone: then each stage is asked to stop, and killed when it does not.
"""

import os
import signal
import sys
import time
from pathlib import Path

PATIENCE = 15.0


def main() -> None:
    """Follow the supervisor's lines to their end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    tracked: dict[int, tuple[int, int]] = {}
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "bye":
            return
        if word == "drop":
            tracked.pop(int(numbers[0]), None)
        else:
            pid, stop_signal, stage = map(int, numbers)
            tracked[pid] = (stop_signal, stage)
    for stage in sorted({stage for _, stage in tracked.values()}):
        _end({pid: stop_signal for pid, (stop_signal, own) in tracked.items() if own == stage})


def _end(group: dict[int, int]) -> None:
    for pid, stop_signal in group.items():
        _signal(os.kill, pid, stop_signal)
    deadline = time.monotonic() + PATIENCE
    while any(_is_alive(pid) for pid in group) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in group:
        _signal(os.killpg, pid, signal.SIGKILL)


def _is_alive(pid: int) -> bool:
    return _signal(os.kill, pid, 0) and not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether it ended and nobody has collected it, as the first process of many a container never does."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except OSError:
        return False


def _signal(send, pid: int, number: int) -> bool:  # type: ignore[no-untyped-def]
    try:
        send(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
