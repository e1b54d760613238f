"""``python reload.py COMMAND…``: run a command, and run it anew whenever a Python file below /app changes."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType


def state() -> dict[str, float]:
    """When each file was changed."""
    found = {}
    for path in Path("/app").rglob("*.py"):
        with contextlib.suppress(OSError):  # saved this moment
            found[str(path)] = path.stat().st_mtime
    return found


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end; insist after ten seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def main(command: list[str]) -> None:
    """Until somebody ends it. A command that failed by itself waits for the next change."""

    def leave(signum: int, frame: FrameType | None) -> None:
        end(process)
        sys.exit(0)

    before, process = state(), subprocess.Popen(command)
    signal.signal(signal.SIGTERM, leave)
    while True:
        time.sleep(1.0)
        if (after := state()) != before:
            sys.stdout.write("a file has changed: starting anew\n")
            end(process)
            before, process = after, subprocess.Popen(command)


if __name__ == "__main__":
    main(sys.argv[1:])
