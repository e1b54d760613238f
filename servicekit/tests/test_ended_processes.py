"""A process that ends leaves its counts and no file of its own."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, multiprocess

from servicekit.ended_processes import absorb

COUNT = """
from prometheus_client import Counter, Gauge, Histogram
import os, sys
Counter("seen_total", "-", ["route"]).labels("/a").inc(int(sys.argv[1]))
Histogram("seconds", "-", buckets=(1, 2)).observe(1.5)
Gauge("busy", "-", multiprocess_mode="livesum").set(7)
print(os.getpid())
"""


def process(folder: Path, count: int) -> int:
    """A process that counts, and has ended; its id."""
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return int(subprocess.run([sys.executable, "-c", COUNT, str(count)], env=env, check=True, capture_output=True, text=True).stdout)


def page(folder: Path) -> set[str]:
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, str(folder))
    return {line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")}


def test_the_counts_of_ended_processes_stay_and_their_gauges_and_files_go(tmp_path: Path) -> None:
    first, second, alive = process(tmp_path, 3), process(tmp_path, 4), process(tmp_path, 5)
    expected = {'seen_total{route="/a"} 12.0', "seconds_sum 4.5", 'seconds_bucket{le="1.0"} 0.0', 'seconds_bucket{le="2.0"} 3.0'}
    expected |= {'seconds_bucket{le="+Inf"} 3.0', "seconds_count 3.0"}
    assert page(tmp_path) == expected | {"busy 21.0"}
    absorb(tmp_path, first)
    absorb(tmp_path, second)
    assert page(tmp_path) == expected | {"busy 7.0"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["counter_ended.db", "histogram_ended.db", f"counter_{alive}.db", f"histogram_{alive}.db", f"gauge_livesum_{alive}.db"]
    )


def test_who_counted_nothing_leaves_nothing(tmp_path: Path) -> None:
    absorb(tmp_path, 12345)
    assert list(tmp_path.iterdir()) == []
