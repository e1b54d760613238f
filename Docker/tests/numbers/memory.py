"""What all containers of this machine's engine take together, as the kernel counts it."""

import subprocess
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from Docker.tests.numbers.sheet import Sheet

MIB = 1024 * 1024
CALM = 60.0  # seconds after the start until the system idles
IDLE_MIB, LOAD_MIB = 1300, 1500


def idle(sheet: Sheet) -> None:
    """The most in a minute in which nobody asks for anything."""
    time.sleep(CALM)
    with Watch() as watch:
        time.sleep(CALM)
    sheet.add("anonymous memory of all containers, idle, MiB", watch.most_mib, at_most=IDLE_MIB)


class Watch:
    """``with Watch() as watch: …`` – the most anonymous memory meanwhile."""

    def __init__(self, every: float = 1.0) -> None:
        self._every, self._file = every, _statistics()
        self._stop, self.most_mib = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._stop.wait(self._every):
            values = dict(line.split() for line in self._file.read_text().splitlines())
            self.most_mib = max(self.most_mib, round(int(values.get("total_rss") or values["anon"]) / MIB, 1))


def out_of_memory_kills() -> int:
    """How often this kernel has killed for want of memory since it started, in a container or outside."""
    return next(int(line.split()[1]) for line in Path("/proc/vmstat").read_text().splitlines() if line.startswith("oom_kill "))


def _statistics() -> Path:
    """``memory.stat`` of the control group that holds every container: its ``total_rss`` (version 1) or ``anon`` counts them together."""
    shown = subprocess.run(["docker", "ps", "--quiet"], capture_output=True, text=True, check=True).stdout.split()
    inspected = ["docker", "inspect", "--format", "{{.State.Pid}}", shown[0]]
    pid = subprocess.run(inspected, capture_output=True, text=True, check=True).stdout.strip()
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        root = Path("/sys/fs/cgroup/memory") if controllers == "memory" else Path("/sys/fs/cgroup")
        if "memory" in controllers.split(",") or (not controllers and (root / "cgroup.controllers").is_file()):
            return (root / group.lstrip("/")).parent / "memory.stat"
    raise LookupError(f"process {pid} is in no control group of memory")
