"""``Scripts/tts stop``: end a running system as Ctrl-C does."""

import time

import psutil
import typer

from ops.commands.target import DataOption, running_instance

PATIENCE = 60.0


def stop(data: DataOption = None) -> None:
    """Stop the instance and wait until all of it has ended."""
    state = running_instance(data)
    supervisor = _supervisor(state["supervisor"])
    if supervisor is None:
        typer.echo("It does not run.")
        return
    supervisor.terminate()
    started = time.monotonic()
    try:
        supervisor.wait(PATIENCE)
    except psutil.TimeoutExpired:
        typer.echo(f"It has not stopped within {PATIENCE:.0f} s; its process is {supervisor.pid}.", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"Stopped {state['url']} in {time.monotonic() - started:.1f} s.")


def _supervisor(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if "ops.run" in process.cmdline() else None
    except psutil.NoSuchProcess:
        return None
