"""Backups and the way back, with 1 GB in the databases."""

import json
import subprocess
import time
from pathlib import Path

from Docker.tests.backup.office import Writer, demo_logins, judge, lose_the_database
from Docker.tests.deployment.desk import Desk
from Docker.tests.numbers.sheet import Sheet
from Docker.tests.stack import Stack, wait_for
from production.backup import drill
from production.backup.container import Agent
from production.memory import free_mib

SCALE = 70  # of pgbench: about 1 GB
SECONDS, CLIENTS, RATE = 25, 4, 60
LATENCIES = "/tmp/latencies"  # noqa: S108  (in the container)
RPO, RTO, RATIO = 60, 900, 1.3  # seconds, seconds, and how much slower a transaction may be during a backup (F-60)


def measure(sheet: Sheet, stack: Stack, desk: Desk, folder: Path) -> None:
    """Fill, back up, drill, lose the database's volume under writes, restore."""
    fill(sheet, stack)
    agent = Agent(stack.compose)
    with sheet.timed("full base of it, s"):
        base = agent.ask("base", "--kind", "full", timeout=1800)[0]
    sheet.add("full base, stored, MB", base["stored_bytes"] / 1e6)
    compare(sheet, stack, agent)
    password = demo_logins(stack)["employee@demo.tts"]
    rehearse(sheet, desk, Writer(stack, password, folder / "drill.jsonl", rate=5))
    lose_and_restore(sheet, stack, desk, Writer(stack, password, folder / "loss.jsonl", rate=5))


def fill(sheet: Sheet, stack: Stack) -> None:
    """1 GB in a database of its own, in the same cluster."""
    stack.compose.exec("db", "createdb", "-U", "postgres", "bench")
    stack.compose.exec("db", "pgbench", "-U", "postgres", "-i", "-q", "-s", str(SCALE), "bench", timeout=900)
    size = stack.compose.exec("db", "psql", "-U", "postgres", "-Atc", "SELECT sum(pg_database_size(oid)) FROM pg_database").strip()
    sheet.add("in the databases, MB", int(size) / 1e6)


def compare(sheet: Sheet, stack: Stack, agent: Agent) -> None:
    """F-60: what a transaction waits, without and with a base backup under way."""
    calm = percentile(stack)
    command = [*stack.compose.command, "exec", "--no-TTY", "backup", "sh", "-c", "while true; do nice tts-backup base --kind full; done"]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    backing_up = subprocess.Popen(command, env=stack.compose.environment(), **silent)  # type: ignore[call-overload]
    time.sleep(2)
    busy = percentile(stack)
    backing_up.kill()
    stack.compose.run("restart", "backup", capture=True)
    wait_for(lambda: stack.container("backup").health == "healthy", 120)
    sheet.add(f"F-60: p95 of a transaction at {RATE}/s, calm / during a base, ms", f"{calm} / {busy}")
    sheet.add("F-60: ratio", busy / calm, at_most=RATIO)


def percentile(stack: Stack) -> float:
    """The 95th percentile of a transaction's latency in ms at a steady rate."""
    run = f"rm -f {LATENCIES}*; pgbench -U postgres -c {CLIENTS} -T {SECONDS} -R {RATE} -l --log-prefix={LATENCIES} bench >/dev/null 2>&1"
    lines = stack.compose.exec("db", "sh", "-c", f"{run}; cat {LATENCIES}.*", timeout=120).splitlines()
    times = sorted(int(line.split()[2]) for line in lines if len(line.split()) >= 6)
    return round(times[int(len(times) * 0.95)] / 1000, 2)


def rehearse(sheet: Sheet, desk: Desk, writer: Writer) -> None:
    """A drill while people write: its record is what is printed. With databases alone where memory is scarce."""
    writer.wait_for(100, 180)
    is_full = free_mib(desk.home) >= drill.NEEDS["full"]
    done = desk.tts("drill", "--json", *([] if is_full else ["--data-only"]), timeout=1800)
    writer.stop()
    assert done.returncode == 0, done.stderr + done.stdout
    record = json.loads((desk.home.state / drill.RECORD).read_text().splitlines()[-1])
    sheet.add(f"drill ({record['kind']}): steps, s", str(record["steps"]))
    sheet.add("drill: faults", len(record["faults"]), at_most=0)
    sheet.add("drill: RPO, s", record["rpo_seconds"], at_most=RPO)
    sheet.add("drill: RTO, s", record["rto_seconds"], at_most=RTO)


def lose_and_restore(sheet: Sheet, stack: Stack, desk: Desk, writer: Writer) -> None:
    """The database's volume is gone while people write."""
    writer.wait_for(200, 240)
    lost_at = lose_the_database(stack)
    promised = writer.stop()
    done = desk.tts("restore", "--latest", "--stop-everything", "--json", timeout=1800)
    assert done.returncode == 0, done.stderr
    report, verdict = json.loads(done.stdout), judge(stack, promised, lost_at)
    sheet.add("volume lost: steps, s", str(report["steps"]))
    sheet.add(f"volume lost: of {len(promised)} tickets the last are lost", verdict.lost)
    sheet.add("volume lost: holes in what came back", verdict.holes, at_most=0)
    sheet.add("volume lost: RPO, s", verdict.rpo, at_most=RPO)
    sheet.add("volume lost: RTO, s", report["rto_seconds"], at_most=RTO)
