"""What can happen to a clock. Each call moves the clock's one timer along."""

from datetime import datetime

from servicekit.jobs import cancel, schedule
from sla.models import Clock

MARK_JOB = "sla.mark"


def start_clock(*, scope: Clock.Scope, started_at: datetime, due_at: datetime) -> Clock:
    """A time begins to run."""
    clock = Clock.objects.create(scope=scope, duration=due_at - started_at, started_at=started_at, target_at=due_at)
    set_timer(clock)
    return clock


def pause_clock(clock: Clock, *, at: datetime) -> None:
    """The time stands still. Call it under the task's lock, as all that follow."""
    clock.paused_at = at
    clock.save(update_fields=["paused_at"])
    cancel(MARK_JOB, str(clock.id))


def resume_clock(clock: Clock, *, at: datetime) -> None:
    """The time goes on; the target moves by the length of the pause."""
    if clock.paused_at is None:
        return
    clock.target_at += at - clock.paused_at
    clock.paused_at = None
    clock.save(update_fields=["target_at", "paused_at"])
    set_timer(clock)


def stop_clock(clock: Clock, *, at: datetime) -> None:
    """The time is over."""
    clock.stopped_at = at
    clock.save(update_fields=["stopped_at"])
    cancel(MARK_JOB, str(clock.id))


def set_timer(clock: Clock) -> None:
    """Let the watcher look when the next mark is due."""
    if clock.next_mark_at is not None:
        schedule(MARK_JOB, str(clock.id), clock.next_mark_at, {})
