"""The doors for timers of tasks."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from servicekit.jobs import every, job
from tasks.services import plan_retries, retry_waiting
from tasks.services.waiting import RETRY_JOB


@job(RETRY_JOB)
def try_again(key: str, payload: dict[str, Any]) -> None:
    """Something that waits may get on by now."""
    retry_waiting(UUID(key))


@every(timedelta(minutes=1), name="retry_waiting")
def look_at_all_that_waits() -> None:
    """Catches what began to wait at the very moment when somebody joined or a workflow was published."""
    plan_retries()
