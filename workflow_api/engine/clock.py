"""What time it is for a run, and how time is counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment of an event. Every hour counts; a calendar of working hours changes ``after`` alone."""

    now: datetime

    def after(self, duration: timedelta, since: datetime | None = None) -> datetime:
        """When so much time has passed, counted from now or from ``since``."""
        return (since or self.now) + duration
