"""``Scripts/tts manage``: any management command of a service, for a running instance."""

import subprocess
from typing import Annotated

import typer

from bootstrap.paths import ROOT, SERVICES
from bootstrap.pythons import python_of
from ops.commands.target import DataOption, instance_folder
from ops.manage import environment


def manage(
    context: typer.Context,
    service: Annotated[str, typer.Argument(help=f"One of: {', '.join(SERVICES)}.")],
    data: DataOption = None,
) -> None:
    """Run a management command of a service: Scripts/tts manage auth create_first_admin --email … --name …"""
    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service}; there are: {', '.join(SERVICES)}")
    own = environment(instance_folder(data), service)
    result = subprocess.run([python_of(service), "manage.py", *context.args], cwd=ROOT / service, env=own, check=False)
    raise typer.Exit(result.returncode)
