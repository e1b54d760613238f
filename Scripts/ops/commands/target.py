"""The instance that a command is about."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.instance import default_data, read_state

DataOption = Annotated[Path | None, typer.Option("--data", help="The instance's folder (default: .data, or TTS_DATA).")]


def instance_folder(data: Path | None) -> Path:
    """The folder of the instance; ends the command when none was started there."""
    folder = (data or default_data()).resolve()
    if read_state(folder) is None:
        raise typer.BadParameter(f"no instance was started in {folder}; Scripts/run starts one")
    return folder


def running_instance(data: Path | None) -> dict[str, Any]:
    """What is written about the instance; ends the command when there is none."""
    return read_state(instance_folder(data)) or {}
