"""What the processes of an instance have used, as the kernel counts it."""

import contextlib
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Usage:
    """CPU time in seconds and memory (PSS) in bytes of one supervised process with all its children."""

    name: str
    cpu: float
    pss: int
    count: int


def usage_of(roots: dict[str, int]) -> list[Usage]:
    """The use of each process tree, by its name; a tree that has ended is left out."""
    found = []
    for name, pid in roots.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            tree = [root, *root.children(recursive=True)]
            found.append(Usage(name, sum(map(_cpu, tree)), sum(map(_pss, tree)), len(tree)))
    return found


def cpu_of(roots: dict[str, int]) -> float:
    """CPU seconds of all trees together, with those of children that have ended and been waited for."""
    total = 0.0
    for pid in roots.values():
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            total += sum(map(_cpu, [root, *root.children(recursive=True)]))
    return total


def _cpu(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _pss(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return int(process.memory_full_info().pss)
    return 0
