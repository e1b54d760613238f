"""Mail that people are to get: one row for each event, person and channel, from decision to the server's answer."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from mail.outcome import Stage
from mail.state import State
from rules.kinds import Channel, Kind
from rules.message import LINK_LENGTH, TITLE_LENGTH

_NOT_SENT = ~Q(state=State.SENT) & Q(sent_at__isnull=True)


class Delivery(models.Model):
    """One message on its way to one person. The address is looked up at each try, so a corrected one is used."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=60)
    user_id = models.UUIDField()
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.MAIL)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=TITLE_LENGTH)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=LINK_LENGTH)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(default=0)  # tries after which the server may have it
    error_stage = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["event_id", "user_id", "channel"], name="delivered_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="delivery_state_known"),
            models.CheckConstraint(condition=Q(state=State.SENT, sent_at__isnull=False) | _NOT_SENT, name="sent_has_time"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="delivery_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="delivery_by_state"),
            models.Index(fields=["user_id"], name="delivery_open", condition=Q(state=State.PENDING)),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def may_be_tried(self) -> bool:
        """True while the clock may send it: at most twice may the server have taken it."""
        return self.state == State.PENDING or (self.state == State.UNKNOWN and self.doubts < 2)


class Pause(models.Model):
    """While there is this row, no mail leaves: after a restore, until an operator has confirmed that mail may go out again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    since = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_pause")]

    def __str__(self) -> str:
        return f"since {self.since:%Y-%m-%d %H:%M}: {self.reason}"
