"""Outgoing mail as a whole stops and goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from mail.models import Delivery, Pause
from mail.services import SEND_JOB
from mail.state import State
from servicekit.clock import now
from servicekit.jobs import schedule
from servicekit.models import ScheduledJob

LOOK_AGAIN = timedelta(minutes=5)
POSTPONED = {"paused": True}


@dataclass(frozen=True)
class Paused:
    """``since`` is None while mail goes out. Of those that wait, ``older`` were decided before the pause: they may have been sent."""

    since: datetime | None
    reason: str
    waiting: int
    older: int


def pause_mail(reason: str) -> Paused:
    """No mail leaves from now on. A pause that is there already stays as it is."""
    Pause.objects.get_or_create(id=1, defaults={"since": now(), "reason": reason})
    return describe_pause()


@transaction.atomic
def resume_mail(*, discards_older: bool = False) -> Paused:
    """Mail leaves again, what waited at once; or without what was decided before the pause. Says how it was."""
    was = describe_pause()
    if was.since and discards_older:
        old = _waiting().filter(created_at__lt=was.since)
        ScheduledJob.objects.filter(kind=SEND_JOB, key__in=[str(delivery_id) for delivery_id in old.values_list("id", flat=True)]).delete()
        old.update(state=State.DISCARDED, next_try_at=None, last_error="discarded when mail went on after a restore")
    ScheduledJob.objects.filter(kind=SEND_JOB, payload=POSTPONED).update(run_at=now(), payload={})
    Pause.objects.all().delete()
    return was


def describe_pause() -> Paused:
    """How it is."""
    pause = Pause.objects.first()
    older = _waiting().filter(created_at__lt=pause.since).count() if pause else 0
    return Paused(pause.since if pause else None, pause.reason if pause else "", _waiting().count(), older)


def postpone(delivery_id: str) -> bool:
    """Look at a delivery again later, if mail is paused; whether it is."""
    is_paused = Pause.objects.exists()
    if is_paused:
        schedule(SEND_JOB, delivery_id, now() + LOOK_AGAIN, POSTPONED)
    return is_paused


def _waiting() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state__in=[State.PENDING, State.UNKNOWN])
