"""The machine: memory, disk, clock."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import psutil

from production.findings import Finding

MIB, GIB = 1024**2, 1024**3
MEMORY_TOTAL = 1800 * MIB  # what a server sold as 2 GB shows
MEMORY_FREE = 1300 * MIB  # what the whole stack uses
DISK_LEAST, DISK_WISHED = 3 * GIB, 10 * GIB
SKEW_WARNED, SKEW_REFUSED = 5.0, 60.0  # seconds; tokens bear 5
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"


def memory(*, total: int, available: int, swap: int, is_running: bool) -> Iterator[Finding]:
    """Bytes of the machine. What a running stack uses already is not asked for again."""
    if total < MEMORY_TOTAL:
        problem = f"the machine has {total // MIB} MiB of memory; the system needs {MEMORY_TOTAL // MIB}"
        yield Finding("memory", problem, "Take a server of at least 2 GB.")
    elif not is_running and available < MEMORY_FREE:
        problem = f"{available // MIB} MiB of memory are free; the system needs {MEMORY_FREE // MIB}"
        yield Finding("memory", problem, "End what else runs here, or take a larger server.")
    if not swap and total < 2 * MEMORY_TOTAL:
        yield Finding(
            "memory", "there is no swap", "Docker/host/setup makes 2 GB of it: a peak then slows down instead of killing.", is_warning=True
        )


def memory_of_this_machine(*, is_running: bool) -> list[Finding]:
    """Memory, as the kernel tells it."""
    found = psutil.virtual_memory()
    return list(memory(total=found.total, available=found.available, swap=psutil.swap_memory().total, is_running=is_running))


def disk(where: Path, free: int) -> Iterator[Finding]:
    """Free bytes at a place."""
    problem = f"{where} has {free / GIB:.1f} GiB free"
    if free < DISK_LEAST:
        yield Finding(
            "disk", f"{problem}; at least {DISK_LEAST / GIB:.0f} are needed", "Make room: docker system prune, old backups, logs."
        )
    elif free < DISK_WISHED:
        yield Finding("disk", f"{problem}; {DISK_WISHED / GIB:.0f} are wished for", "Make room before it runs full.", is_warning=True)


def disk_of(*places: Path) -> list[Finding]:
    """Each file system once."""
    seen: dict[int, Path] = {}
    for place in places:
        if place.exists():
            seen.setdefault(place.stat().st_dev, place)
    return [finding for place in seen.values() for finding in disk(place, shutil.disk_usage(place).free)]


def clock(url: str = LETS_ENCRYPT) -> list[Finding]:
    """How far the clock is off, by the answer of a server that has to keep time."""
    try:
        date = httpx.head(url, timeout=3.0).headers["date"]
    except (httpx.HTTPError, KeyError):
        return [
            Finding(
                "clock",
                f"the clock could not be compared: {url} does not answer",
                "See that timedatectl says synchronized: yes.",
                is_warning=True,
            )
        ]
    skew = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    return list(judge_skew(skew))


def judge_skew(seconds: float) -> Iterator[Finding]:
    """Seconds that our clock is ahead."""
    if abs(seconds) >= SKEW_WARNED:
        problem = f"the clock is {abs(seconds):.0f} s {'fast' if seconds > 0 else 'slow'}"
        yield Finding("clock", problem, "timedatectl set-ntp true", is_warning=abs(seconds) < SKEW_REFUSED)
