"""``Scripts/tts status``: every process with its memory, its CPU time, its restarts and whether it is ready."""

import json
import os
import time
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import typer
from rich.console import Console
from rich.table import Table

from ops.commands.target import DataOption, running_instance

MIB = 1024 * 1024


@dataclass(frozen=True)
class ProcessStatus:
    """One line of the report. Memory is the proportional set size (PSS) of the process and all below it."""

    name: str
    pid: int | None
    ready: str
    pss_mib: float
    cpu_seconds: float
    up_seconds: int
    restarts: int


def status(
    data: DataOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show every process: memory (PSS), CPU time, restarts, readiness. Exit code 1 when one is not ready."""
    state = running_instance(data)
    lines = [_look_at(name, process) for name, process in state["processes"].items()]
    if as_json:
        typer.echo(
            json.dumps(
                {"url": state["url"], "processes": [asdict(line) for line in lines], "services_pss_mib": _services_total(lines)}, indent=2
            )
        )
    else:
        _show(state["url"], lines)
    if any(line.ready not in {"ready", "running"} for line in lines):
        raise typer.Exit(1)


def tree(pid: int) -> list[psutil.Process]:
    """A process and all that descends from it."""
    try:
        leader = psutil.Process(pid)
        return [leader, *leader.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def pss(process: psutil.Process) -> int:
    """The proportional set size in bytes; the resident size where the system does not tell it."""
    try:
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _look_at(name: str, process: dict[str, Any]) -> ProcessStatus:
    family = tree(process["pid"]) if process["pid"] else []
    return ProcessStatus(
        name=name,
        pid=process["pid"] if family else None,
        ready=_readiness(process["ready_url"]) if family else "down",
        pss_mib=round(sum(map(pss, family)) / MIB, 1),
        cpu_seconds=round(sum(map(_cpu, family)), 1),
        up_seconds=int(time.time() - process["started_at"]) if family else 0,
        restarts=process["restarts"],
    )


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(times.user + times.system)


def _readiness(url: str | None) -> str:
    if url is None:
        return "running"
    try:
        with urlopen(url, timeout=3) as answer:  # noqa: S310 - our own loopback addresses
            return "ready" if answer.status == 200 else f"answers {answer.status}"
    except HTTPError as error:
        return _missing(error.read())
    except (URLError, OSError):
        return "no answer"


def _missing(body: bytes) -> str:
    try:
        checks = json.loads(body)["checks"]
    except (ValueError, KeyError, TypeError):
        return "not ready"
    return ", ".join(f"{name} {state}" for name, state in checks.items() if state != "ok")


def _services_total(lines: list[ProcessStatus]) -> float:
    """The memory of the ten Python processes."""
    return round(sum(line.pss_mib for line in lines if line.name.endswith(("-web", "-worker"))), 1)


def _show(url: str, lines: list[ProcessStatus]) -> None:
    table = Table(title=url, title_justify="left")
    for heading in ("Process", "PID", "State"):
        table.add_column(heading)
    for heading in ("PSS MiB", "CPU s", "Up s", "Restarts"):
        table.add_column(heading, justify="right")
    for line in lines:
        table.add_row(
            line.name,
            str(line.pid or "–"),
            line.ready,
            f"{line.pss_mib:.1f}",
            f"{line.cpu_seconds:.1f}",
            str(line.up_seconds),
            str(line.restarts),
        )
    Console(width=None if os.isatty(1) else 120).print(table, f"The ten service processes together: {_services_total(lines):.0f} MiB PSS")
