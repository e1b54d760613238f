"""Doors for the clock."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from mail import pausing
from mail.models import Delivery
from mail.services import SEND_JOB, deliver
from mail.state import State
from servicekit.clock import now
from servicekit.jobs import every, job

KEPT = timedelta(days=90)


@job(SEND_JOB, atomic=False, patient=True)
def send_mail(key: str, payload: dict[str, Any]) -> None:
    """One try of one delivery, unless mail is paused."""
    if not pausing.postpone(key):
        deliver(UUID(key))


@every(timedelta(hours=24), name="purge_deliveries")
def purge_deliveries() -> None:
    """Forget what was settled a quarter ago; what failed stays until somebody decides."""
    Delivery.objects.filter(state__in=[State.SENT, State.DISCARDED], created_at__lt=now() - KEPT).delete()
