"""Doors for the clock."""

from datetime import timedelta

from attachments.services import purge_unbound, sweep_contents
from servicekit.jobs import every


@every(timedelta(hours=24), name="purge_attachments")
def purge() -> None:
    """Files that belong to no ticket."""
    purge_unbound()


@every(timedelta(hours=24), name="sweep_attachment_contents")
def sweep() -> None:
    """Contents that belong to no file."""
    sweep_contents()
