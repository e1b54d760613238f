"""What is done by the clock."""

from datetime import timedelta

from servicekit.clock import now
from servicekit.jobs import every
from servicekit.stream.rows import purge

KEPT = timedelta(days=7)


@every(timedelta(hours=1), name="purge_stream")
def purge_stream() -> None:
    """Forget what no browser comes back for; one that does is told to load anew."""
    purge(now() - KEPT)
