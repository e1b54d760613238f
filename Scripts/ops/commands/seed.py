"""``Scripts/seed``: the built-in roles, categories and workflows, and the demo people, where they are missing."""

import typer

from bootstrap.paths import SERVICES
from ops.commands.target import DataOption, instance_folder
from ops.manage import ManageFailed, manage


def seed(data: DataOption = None) -> None:
    """Seed all services of a running instance; what is there already stays."""
    folder = instance_folder(data)
    try:
        for service in SERVICES:
            manage(folder, service, "seed")
            typer.echo(f"{service}: seeded")
        manage(folder, "auth", "seed_demo", "--out", str(folder / "demo-logins.json"))
    except ManageFailed as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(1) from failure
