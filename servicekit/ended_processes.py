"""What processes that have ended counted, in one file for all of them: the folder of the metrics lies in memory and does not grow."""

import time
from pathlib import Path

from prometheus_client import multiprocess
from prometheus_client.mmap_dict import MmapedDict

SUMMED = ("counter", "histogram", "summary")


def absorb(folder: Path, pid: int) -> None:
    """Add an ended process's counts to those of the ended ones before it, and delete its files."""
    multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # its gauges
    for kind in SUMMED:
        own = folder / f"{kind}_{pid}.db"
        if own.exists():
            _add(own, folder / f"{kind}_ended.db")
            own.unlink()


def _add(own: Path, together: Path) -> None:
    sums = MmapedDict(str(together))  # type: ignore[no-untyped-call]
    try:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(own)):  # type: ignore[no-untyped-call]
            sums.write_value(key, sums.read_value(key)[0] + value, time.time())  # type: ignore[no-untyped-call]
    finally:
        sums.close()  # type: ignore[no-untyped-call]
