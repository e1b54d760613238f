"""``Scripts/tts preflight``: what would go wrong."""

from typing import Annotated

import typer

from production.console import show, show_json
from production.findings import as_json, as_table, errors
from production.home import Home
from production.preflight import run


def preflight(
    as_data: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    without_images: Annotated[bool, typer.Option("--without-images", help="They are yet to be built or fetched.")] = False,
) -> None:
    """Find what would go wrong, each with its remedy. Nothing is touched. Exit code 3 when something forbids a start."""
    findings = run.find(Home.find(), needs_images=not without_images)
    wrong = errors(findings)
    if as_data:
        show_json({"ready": not wrong, "findings": as_json(findings)})
    elif findings:
        show(as_table(findings))
    else:
        show("Nothing found: it can start.")
    if wrong:
        raise typer.Exit(3)
