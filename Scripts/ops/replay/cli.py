"""``Scripts/tts replay``."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from rich.console import Console

from bootstrap.paths import SERVICES
from ops.importer.target import NoTarget
from ops.instance import default_data, read_state
from ops.manage import ManageFailed, manage
from ops.replay.api import ApiFailure
from ops.replay.people import CannotPlay
from ops.replay.run import Setting, Size, replay


def replay_tickets(
    file: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="CSV of real tickets, as for import.")],
    tickets: Annotated[int, typer.Option(min=1, help="How many to file.")] = 500,
    agents: Annotated[int, typer.Option(min=1, help="How many agents work on them.")] = 20,
    rate: Annotated[float, typer.Option(min=0.1, help="Tickets a second.")] = 10.0,
    step_seconds: Annotated[float, typer.Option(min=0.0, help="How long an agent works on a step; 0: as fast as it goes.")] = 5.0,
    requesters: Annotated[int, typer.Option(min=1, help="How many people file them.")] = 25,
    category: Annotated[str, typer.Option(help="Slug of the category to file in.")] = "others",
    costs: Annotated[int, typer.Option(help="How often to do each action for its CPU cost; 0: not at all.")] = 200,
    also: Annotated[
        list[str] | None, typer.Option(help="name=pid of a process to count too, such as a database not started by Scripts/run.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for replay.md and replay.json.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the running instance.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Drive the running system with real tickets through its public APIs, and report on each. Ends with 1 unless all is clean."""
    screen = Console(stderr=True)
    data = data or default_data()
    try:
        setting = setting_of(data, also or [])
        size = Size(tickets, agents, requesters, rate, step_seconds, costs)
        outcome = asyncio.run(replay(setting, size, file, category, screen.print))
    except (NoTarget, CannotPlay, ApiFailure, ManageFailed, aiohttp.ClientConnectionError, TimeoutError) as failure:
        screen.print(f"{type(failure).__name__}: {failure}", style="red", markup=False)
        raise typer.Exit(2) from failure
    page = outcome.save(report or data / "reports" / f"replay-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    typer.echo(json.dumps(asdict(outcome), default=str) if as_json else outcome.as_markdown())
    screen.print(f"saved: {page}")
    raise typer.Exit(0 if outcome.is_clean else 1)


def setting_of(data: Path, also: list[str]) -> Setting:
    """What the instance in ``data`` says of itself."""
    state = read_state(data)
    if state is None:
        raise NoTarget(f"nothing runs in {data}: start it with Scripts/run")
    roots = {name: process["pid"] for name, process in state["processes"].items() if process["pid"]}
    for pair in also:
        name, _, pid = pair.partition("=")
        roots[name] = int(pid)
    return Setting(
        data=data,
        base_url=state["url"].rstrip("/"),
        mail=Path(state["mail"]),
        roots=roots,
        services=list(SERVICES),
        events_report=lambda service: manage(data, service, "events_report"),
    )
