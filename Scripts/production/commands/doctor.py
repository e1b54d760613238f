"""``Scripts/tts doctor``: the running system, tried from end to end."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from production.compose import Compose
from production.console import progress, show, show_json
from production.examination import edge, inside
from production.examination.door import Door
from production.examination.report import Verdict
from production.home import Home


def doctor(as_data: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Try DNS, TLS, pages, interfaces, socket, events, broker, mail server and disk. Changes nothing. Exit code 1 for an error."""
    verdicts = examine(Home.find())
    errors = [verdict for verdict in verdicts if verdict.level == "error"]
    if as_data:
        show_json({"well": not errors, "verdicts": [asdict(verdict) for verdict in verdicts]})
    else:
        table = Table("", "What", "Found", "Remedy")
        for verdict in verdicts:
            table.add_row(verdict.level if verdict.level != "error" else "ERROR", verdict.what, verdict.found, verdict.remedy)
        show(table, f"{len(errors)} errors." if errors else "It works.")
    if errors:
        raise typer.Exit(1)


def examine(home: Home) -> list[Verdict]:
    """Every verdict."""
    compose = Compose(home)
    door = Door.of(home, verifies=home.values.get("TTS_CERTIFICATE") == "acme")
    parts: list[Callable[[], Iterable[Verdict]]] = [
        lambda: inside.containers(compose),
        lambda: inside.deployment(home),
        lambda: edge.name(home),
        lambda: edge.tls(home, compose),
        lambda: edge.pages(door),
        lambda: edge.keys(door),
        lambda: edge.interfaces(door),
        lambda: edge.sockets(door),
        lambda: inside.events(compose),
        lambda: inside.broker(compose),
        lambda: inside.mail_server(home, compose),
        lambda: inside.disk(home, compose),
    ]
    found: list[Verdict] = []
    with progress("doctor", len(parts)) as steps:
        for part in parts:
            verdicts = list(part())
            found += verdicts
            steps.advance(verdicts[0].what if verdicts else "nothing to try")
    return found
