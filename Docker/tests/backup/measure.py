"""The figures of backup and restore at 1 GB: ``python -m Docker.tests.backup.measure [--quiet LOCKFILE]``, with TTS_IMAGES_ENV as in tests.

It starts a deployment, fills its cluster with 1 GB, takes a full base, measures transactions without and with a base under way (F-60),
then drills beside it while people write, and prints everything with the load at that time.
"""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from Docker.tests.backup.office import Writer, demo_logins
from Docker.tests.stack import Stack, running, wait_for
from production.backup import drill
from production.backup.container import Agent
from production.console import progress

SCALE = 70  # of pgbench: about 1 GB
SECONDS, CLIENTS, RATE = 25, 4, 60
LATENCIES = "/tmp/latencies"  # noqa: S108  (in the container)


def main() -> None:
    """All of it."""
    lock = sys.argv[2] if sys.argv[1:2] == ["--quiet"] else ""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), TTS_TIME_ZONE="UTC") as stack:
        stack.up()
        fill(stack)
        agent = Agent(stack.compose)
        began = time.monotonic()
        base = agent.ask("base", "--kind", "full", timeout=1800)[0]
        say("full base", seconds=round(time.monotonic() - began, 1), bytes=base["bytes"], stored_bytes=base["stored_bytes"])
        with alone(lock):
            compare(stack, agent)
        rehearse(stack, Path(folder))


def fill(stack: Stack) -> None:
    """1 GB in a database of its own, in the same cluster."""
    began = time.monotonic()
    stack.compose.exec("db", "createdb", "-U", "postgres", "bench")
    stack.compose.exec("db", "pgbench", "-U", "postgres", "-i", "-q", "-s", str(SCALE), "bench", timeout=900)
    size = stack.compose.exec("db", "psql", "-U", "postgres", "-Atc", "SELECT sum(pg_database_size(oid)) FROM pg_database").strip()
    say("filled", seconds=round(time.monotonic() - began, 1), bytes=int(size))


def compare(stack: Stack, agent: Agent) -> None:
    """F-60: what a transaction waits, without and with a base backup under way."""
    calm = percentile(stack)
    command = [*stack.compose.command, "exec", "--no-TTY", "backup", "sh", "-c", "while true; do nice tts-backup base --kind full; done"]
    busy_backup = subprocess.Popen(
        command, env=stack.compose.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    time.sleep(2)
    busy = percentile(stack)
    busy_backup.kill()
    stack.compose.run("restart", "backup", capture=True)
    say("F-60", p95_ms_calm=calm, p95_ms_during_base=busy, ratio=round(busy / calm, 2), transactions_a_second=RATE, clients=CLIENTS)
    wait_for(lambda: stack.container("backup").is_well, 60)


def percentile(stack: Stack) -> float:
    """The 95th percentile of a transaction's latency in ms at a steady rate."""
    run = f"rm -f {LATENCIES}*; pgbench -U postgres -c {CLIENTS} -T {SECONDS} -R {RATE} -l --log-prefix={LATENCIES} bench >/dev/null 2>&1"
    lines = stack.compose.exec("db", "sh", "-c", f"{run}; cat {LATENCIES}.*", timeout=120).splitlines()
    times = sorted(int(line.split()[2]) for line in lines if len(line.split()) >= 6)
    return round(times[int(len(times) * 0.95)] / 1000, 2)


def rehearse(stack: Stack, folder: Path) -> None:
    """A drill while people write: its record is what is printed."""
    logins = demo_logins(stack)
    writer = Writer(stack, logins["employee@demo.tts"], folder / "journal.jsonl", rate=5)
    writer.wait_for(100, 180)
    with progress("drill", 6) as steps:
        done = drill.perform(stack.home, "full", 1, steps)
    writer.stop()
    record = json.loads((stack.home.state / drill.RECORD).read_text().splitlines()[-1])
    say(
        "drill",
        **{name: record[name] for name in ("ok", "rto_seconds", "rpo_seconds", "bytes", "contents", "steps", "ticket", "faults", "error")},
    )
    if not done.ok or (done.rto_seconds or 0) > 900 or (done.rpo_seconds or 0) > 60:
        sys.exit("the promises are not kept")


@contextmanager
def alone(lock: str) -> Iterator[None]:
    """Nobody else works on the machine meanwhile, where a lock file is named."""
    if not lock:
        yield
        return
    with Path(lock).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(what: str, **figures: Any) -> None:
    """One line."""
    load = [round(value, 1) for value in os.getloadavg()]
    sys.stdout.write(json.dumps({"what": what, **figures, "load": load}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
