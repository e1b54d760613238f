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
    while not has_ended(supervisor):
        if time.monotonic() - started > PATIENCE:
            typer.echo(f"It has not stopped within {PATIENCE:.0f} s; its process is {supervisor.pid}.", err=True)
            raise typer.Exit(1)
        time.sleep(0.1)
    typer.echo(f"Stopped {state['url']} in {time.monotonic() - started:.1f} s.")


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more, even if its parent has not taken note, as the first process of many a container never does."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _supervisor(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return process if "ops.run" in process.cmdline() else None
    except psutil.NoSuchProcess:
        return None
