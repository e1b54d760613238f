"""What the processes of an instance have used, as the kernel counts it."""

import contextlib
from dataclasses import dataclass

import psutil

from ops.commands.status import pss, tree


@dataclass(frozen=True)
class Usage:
    """CPU time in seconds and memory (PSS) in bytes of one supervised process with all its children."""

    name: str
    cpu: float
    pss: int
    count: int


def usage_of(roots: dict[str, int]) -> list[Usage]:
    """The use of each process tree, by its name; a tree that has ended is left out."""
    families = {name: tree(pid) for name, pid in roots.items()}
    return [Usage(name, sum(map(_cpu, family)), sum(map(pss, family)), len(family)) for name, family in families.items() if family]


def cpu_of(roots: dict[str, int]) -> float:
    """CPU seconds of all trees together, with those of children that have ended and been waited for."""
    return sum(_cpu(process) for pid in roots.values() for process in tree(pid))


def _cpu(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0
