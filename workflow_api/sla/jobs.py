"""The door for the clocks' timers."""

from typing import Any
from uuid import UUID

from servicekit.jobs import job
from sla.services import MARK_JOB
from sla.watch import mark_clock


@job(MARK_JOB, atomic=False)  # it locks the task: were its own row locked as well, whoever stops the clock meanwhile would deadlock with it
def look_at_clock(key: str, payload: dict[str, Any]) -> None:
    """A clock has reached a mark."""
    mark_clock(UUID(key))
