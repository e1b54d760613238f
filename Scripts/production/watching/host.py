"""The server itself: memory, disk, what the kernel killed, the clock."""

import ctypes
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import psutil

UNSYNCHRONIZED, NANOSECONDS = 0x0040, 0x2000  # STA_UNSYNC, STA_NANO of adjtimex(2)
TIMEX = struct.Struct("@iqqqqi")  # modes, offset, freq, maxerror, esterror, status
TIMEX_BYTES = 208
#: interfaces inside the server: what goes through them is counted where it comes in or leaves
INNER = ("lo", "veth", "br-", "docker")


@dataclass(frozen=True)
class Clock:
    """How far the kernel still has to correct it, and whether anything corrects it."""

    offset_seconds: float
    is_synchronized: bool


@dataclass(frozen=True)
class Host:
    """Bytes, pages, counts since the server started."""

    memory: int
    memory_available: int
    disk: int
    disk_free: int
    disk_read: int
    disk_written: int
    network_received: int
    network_sent: int
    swapped_in_pages: int
    oom_kills: int
    load: float
    cpus: int
    uptime_seconds: float
    clock: Clock


def look(folder: Path) -> Host:
    """The server now; the disk is the one that ``folder`` is on."""
    memory, disk, events = psutil.virtual_memory(), psutil.disk_usage(str(folder)), _kernel_events()
    disks = psutil.disk_io_counters(perdisk=False)  # None in a sandbox without disks
    outer = [counted for name, counted in psutil.net_io_counters(pernic=True).items() if not name.startswith(INNER)]
    return Host(
        memory=memory.total,
        memory_available=memory.available,
        disk=disk.used + disk.free,  # without what only root may fill
        disk_free=disk.free,
        disk_read=disks.read_bytes if disks else 0,
        disk_written=disks.write_bytes if disks else 0,
        network_received=sum(counted.bytes_recv for counted in outer),
        network_sent=sum(counted.bytes_sent for counted in outer),
        swapped_in_pages=events.get("pswpin", 0),
        oom_kills=events.get("oom_kill", 0),
        load=os.getloadavg()[0],
        cpus=psutil.cpu_count() or 1,
        uptime_seconds=float(Path("/proc/uptime").read_text().split()[0]),
        clock=read_clock(),
    )


def read_clock() -> Clock:
    """What adjtimex(2) says; asking it changes nothing."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)
    if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
        return Clock(0.0, is_synchronized=True)  # a sandbox that forbids the question
    _, offset, _, _, _, status = TIMEX.unpack_from(timex)
    return Clock(offset / (1e9 if status & NANOSECONDS else 1e6), not status & UNSYNCHRONIZED)


def _kernel_events() -> dict[str, int]:
    pairs = (line.split() for line in Path("/proc/vmstat").read_text().splitlines())
    return {name: int(value) for name, value in pairs}
