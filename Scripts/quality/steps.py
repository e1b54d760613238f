"""A list of named steps: run all of them, show what failed, say how long each took."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Step:
    """One check: a command, or a function that gives back what is wrong (nothing: all is well)."""

    name: str
    command: Sequence[str | Path] = ()
    cwd: Path | None = None
    env: dict[str, str] | None = None
    find_faults: Callable[[], str] | None = None


@dataclass(frozen=True)
class Result:
    """How a step went."""

    name: str
    faults: str
    seconds: float


def perform_all(steps: Sequence[Step], at_once: int = 2) -> list[Result]:
    """Run the steps, some at a time; what fails is shown when it is known."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(_perform, steps))


def report_and_exit(results: Sequence[Result]) -> None:
    """Print the table of steps; exit code 1 when one failed."""
    table = Table("Step", "Result")
    table.add_column("Seconds", justify="right")
    for result in results:
        table.add_row(result.name, "[red]failed[/]" if result.faults else "ok", f"{result.seconds:.1f}")
    Console(width=100).print(table)
    sys.exit(any(result.faults for result in results))


def _perform(step: Step) -> Result:
    started = time.monotonic()
    faults = step.find_faults() if step.find_faults else _run(step)
    if faults:
        sys.stdout.write(f"\n===== {step.name}\n{faults.rstrip()}\n")
        sys.stdout.flush()
    return Result(step.name, faults, time.monotonic() - started)


def _run(step: Step) -> str:
    result = subprocess.run(
        step.command, cwd=step.cwd, env=step.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return (result.stdout or f"exit code {result.returncode}") if result.returncode else ""
