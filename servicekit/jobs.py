"""Time: one row per timer, taken with SKIP LOCKED. No ETA, no countdown, no beat."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from servicekit import metrics
from servicekit.clock import now
from servicekit.database import wait_for_database
from servicekit.loops import Loop
from servicekit.models import DeadLetter, ScheduledJob

logger = logging.getLogger("tts.jobs")
Function = Callable[[str, dict[str, Any]], None]
TRIES = 5
POLL = 1.0  # seconds
PATIENCE = timedelta(minutes=1)
LEASE = timedelta(minutes=2)  # how long a job outside a transaction may take before another worker takes it again


@dataclass(frozen=True, slots=True)
class Job:
    """What a kind of timer does. ``atomic``: in one transaction with the timer's removal; else at least once, under a lease.

    ``patient``: waits up to ``PATIENCE`` while events wait to be handled.
    """

    function: Function
    atomic: bool
    patient: bool = False


#: one statement: a lease, and the row that it is on
TAKE = """
UPDATE servicekit_scheduledjob SET run_at = %s
WHERE id = (
    SELECT id FROM servicekit_scheduledjob
    WHERE run_at <= %s AND (run_at <= %s OR kind <> ALL(%s)) ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING *
"""
registry: dict[str, Job] = {}
recurring: dict[str, timedelta] = {}


def job(kind: str, *, atomic: bool = True, patient: bool = False) -> Callable[[Function], Function]:
    """Make a function what timers of this kind run. With ``atomic=False`` it opens its own transactions, as mail must."""

    def register(function: Function) -> Function:
        registry[kind] = Job(function, atomic, patient)
        return function

    return register


def every(period: timedelta, *, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run a function once a period, on one worker of the service."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        kind = f"every.{name}"
        recurring[kind] = period

        def turn(key: str, payload: dict[str, Any]) -> None:
            function()
            schedule(kind, "", now() + period, {})

        registry[kind] = Job(turn, atomic=True)
        return function

    return register


def schedule(kind: str, key: str, run_at: datetime, payload: dict[str, Any]) -> None:
    """Set the timer (kind, key), or move it. ``payload`` is JSON."""
    schedule_all(kind, [key], run_at, payload)


def schedule_all(kind: str, keys: Iterable[str], run_at: datetime, payload: dict[str, Any]) -> None:
    """Set or move several timers of a kind, in one statement."""
    ScheduledJob.objects.bulk_create(
        [ScheduledJob(kind=kind, key=key, run_at=run_at, payload=payload) for key in keys],
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["run_at", "payload", "attempts", "last_error"],
    )


def cancel(kind: str, key: str) -> bool:
    """Take the timer back; True if it was set.

    One that is running at this moment is left to itself, for to wait for it could be to wait for each other: a job holds what it
    finds against the state that it locks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM servicekit_scheduledjob WHERE id IN "
            "(SELECT id FROM servicekit_scheduledjob WHERE kind = %s AND key = %s FOR UPDATE SKIP LOCKED)",
            [kind, key],
        )
        return bool(cursor.rowcount)


def plan_recurring() -> None:
    """Set the timers of recurring jobs that have none."""
    for kind, period in recurring.items():
        ScheduledJob.objects.get_or_create(kind=kind, key="", defaults={"run_at": now() + period, "payload": {}})


def run_next(*, is_busy: bool = False) -> bool:
    """Run the timer that is due longest, if any; True if there was one. Patient ones wait while the worker ``is_busy`` with events."""
    row = _take(is_busy)
    if row is None:
        return False
    known = registry.get(row.kind)
    try:
        if known is None:
            raise LookupError(f"no job of kind {row.kind}")
        if known.atomic:
            ran = _run_in_transaction(row, known.function)
        else:
            known.function(row.key, row.payload)
            ran = _finish(row)
        metrics.JOBS.labels(row.kind, "done" if ran else "moved").inc()
    except Exception as error:  # noqa: BLE001  (the worker's outer loop)
        _postpone(row, f"{type(error).__name__}: {error}")
    return True


def _take(is_busy: bool = False) -> ScheduledJob | None:
    """The most overdue timer, leased to us so that no other worker takes it meanwhile."""
    waiting = [kind for kind, known in registry.items() if known.patient] if is_busy else []
    rows = ScheduledJob.objects.raw(TAKE, [now() + LEASE, now(), now() - PATIENCE, waiting])
    return next(iter(rows), None)


def _run_in_transaction(row: ScheduledJob, function: Function) -> bool:
    """Remove the timer and do its work together; False if somebody moved or cancelled it in between."""
    with transaction.atomic():
        if not _finish(row):
            return False
        function(row.key, row.payload)
        return True


def _finish(row: ScheduledJob) -> bool:
    return ScheduledJob.objects.filter(id=row.id, run_at=row.run_at).delete()[0] > 0


def _postpone(row: ScheduledJob, reason: str) -> None:
    wait_for_database()
    tried = row.attempts + 1
    metrics.JOBS.labels(row.kind, "failed").inc()
    logger.exception("job failed", extra={"job": row.kind, "key": row.key, "attempt": tried})
    still_ours = ScheduledJob.objects.filter(id=row.id, run_at=row.run_at)
    if tried < TRIES:
        still_ours.update(run_at=now() + timedelta(seconds=5 * 4 ** (tried - 1)), attempts=tried, last_error=reason[:2000])
        return
    with transaction.atomic():
        DeadLetter.objects.create(
            source="job", name=row.kind, reason=reason, payload={"key": row.key, "payload": row.payload}, created_at=now()
        )
        still_ours.delete()
        if row.kind in recurring:
            schedule(row.kind, "", now() + recurring[row.kind], {})


class JobRunner(Loop):
    """Runs what is due."""

    name = "jobs"

    def __init__(self, is_busy: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._is_busy = is_busy
        self._planned = False

    def turn(self) -> None:
        """Everything that is due, then a pause."""
        if not self._planned:
            plan_recurring()
            self._planned = True
        while not self.stopping.is_set() and run_next(is_busy=self._is_busy()):
            pass
        self.stopping.wait(POLL)
