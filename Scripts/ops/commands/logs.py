"""``Scripts/tts logs``: what the processes wrote."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ops import log_files
from ops.commands.target import DataOption, running_instance


def logs(
    process: Annotated[str, typer.Argument(help="A process as Scripts/tts status names it; all when none is given.")] = "",
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="How many of the last lines of each log.")] = 20,
    data: DataOption = None,
) -> None:
    """Show the end of the logs."""
    files = _choose(Path(running_instance(data)["logs"]), process)
    for file in files:
        _echo(file, log_files.tail(file, lines), named=len(files) > 1)
    for file, text in _new_text(files) if follow else ():
        _echo(file, text, named=len(files) > 1)


def _choose(folder: Path, process: str) -> list[Path]:
    known = sorted(folder.glob("*.log"))
    chosen = [file for file in known if process in {"", file.stem}] or [file for file in known if process in file.stem]
    if not chosen:
        raise typer.BadParameter(f"no log of {process}; there are: {', '.join(file.stem for file in known)}")
    return chosen


def _echo(file: Path, text: str, *, named: bool) -> None:
    for line in text.splitlines():
        typer.echo(f"{file.stem} | {line}" if named else line)


def _new_text(files: list[Path]) -> Iterator[tuple[Path, str]]:
    positions = {file: file.stat().st_size for file in files}
    while True:
        for file in files:
            size = file.stat().st_size
            start = positions[file] if size >= positions[file] else 0  # it was rotated
            if size > start:
                with file.open("rb") as handle:
                    handle.seek(start)
                    text = handle.read().decode(errors="replace")
                yield file, text
                size = start + len(text.encode())
            positions[file] = size
        time.sleep(0.3)
