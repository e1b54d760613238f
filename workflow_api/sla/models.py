"""Clocks: how long a piece of work may take, and whether it kept to it."""

from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

WARNING_SHARE: Final = 0.8  # of the duration


class Clock(models.Model):
    """The time of a whole task or of one visit of a step. A pause moves the target by its length."""

    class Scope(models.TextChoices):
        TASK = "task"
        STEP = "step"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    scope = models.CharField(max_length=4, choices=Scope.choices)
    duration = models.DurationField()
    started_at = models.DateTimeField()
    target_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(target_at__gte=F("started_at")), name="target_after_start")]
        indexes = [models.Index(fields=["target_at", "id"], name="clock_running", condition=Q(stopped_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.scope} clock due {self.target_at:%Y-%m-%d %H:%M}"

    @property
    def is_counting(self) -> bool:
        """True while time passes on it."""
        return self.paused_at is None and self.stopped_at is None

    @property
    def state(self) -> str:
        """The last mark that it reached."""
        if self.breached_at:
            return "breached"
        return "warned" if self.warned_at else "running"

    @property
    def warning_at(self) -> datetime:
        """When the warning is due."""
        return self.target_at - self.duration * (1 - WARNING_SHARE)

    @property
    def next_mark_at(self) -> datetime | None:
        """When something is to be said next, if ever."""
        if not self.is_counting or self.breached_at:
            return None
        return self.target_at if self.warned_at else self.warning_at
