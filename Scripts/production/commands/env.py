"""``Scripts/tts env``: the settings of a deployment, by themselves and beside another environment's."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from production import comparison, environment, secret_checks
from production.commands.dead_letters import JsonOption
from production.console import show, show_json
from production.findings import as_json, as_table, errors
from production.home import Home

app = typer.Typer(help="Check the settings; compare two environments.", no_args_is_help=True)


@app.command()
def check(as_data: JsonOption = False) -> None:
    """Check settings and secrets alone: no engine is needed. Exit code 3 when something forbids a start."""
    home = Home.find()
    findings = [*environment.check(home.values, home.faults), *secret_checks.check(home)]
    if as_data:
        show_json({"environment": home.environment, "findings": as_json(findings)})
    else:
        show(as_table(findings) if findings else f"{home.environment}: settings and secrets are in order.")
    if errors(findings):
        raise typer.Exit(3)


@app.command()
def compare(
    other: Annotated[Path, typer.Argument(help="The home of the other environment.")],
    all_of_them: Annotated[bool, typer.Option("--all", help="Also what is expected to differ.")] = False,
    as_data: JsonOption = False,
) -> None:
    """Show how two environments differ where they should not: settings, releases, secrets. Exit code 1 when they do."""
    here, there = Home.find(), Home.find(other)
    found = comparison.compare(here, there)
    drift = [difference for difference in found if not difference.is_expected]
    if as_data:
        show_json({"here": here.environment, "there": there.environment, "differences": [asdict(difference) for difference in found]})
    else:
        table = Table("What", here.environment, there.environment)
        for difference in found if all_of_them else drift:
            table.add_row(difference.name, difference.here, difference.there)
        show(table if table.row_count else "They differ only in what makes each itself.")
    if drift:
        raise typer.Exit(1)
