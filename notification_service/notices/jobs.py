"""Doors for the clock."""

from datetime import timedelta

from notices.models import Notice
from servicekit.clock import now
from servicekit.jobs import every

KEPT = timedelta(days=180)


@every(timedelta(hours=24), name="purge_notices")
def purge_notices() -> None:
    """Forget what was told half a year ago."""
    Notice.objects.filter(created_at__lt=now() - KEPT).delete()
