"""What a person is told in the app."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from rules.kinds import Kind
from rules.message import LINK_LENGTH, TITLE_LENGTH


class Notice(models.Model):
    """One event, told to one person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    event_id = models.UUIDField()
    user_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=TITLE_LENGTH)
    body = models.TextField(blank=True)
    link = models.CharField(max_length=LINK_LENGTH)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event_id", "user_id"], name="told_once")]
        indexes = [
            models.Index(fields=["user_id", "-created_at", "-id"], name="notice_own_newest"),
            models.Index(fields=["user_id", "-created_at", "-id"], name="notice_own_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["created_at"], name="notice_age"),
        ]

    def __str__(self) -> str:
        return self.title


class Inbox(models.Model):
    """The notices of one person as a whole; its version rises by each change to what is read."""

    user_id = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "inboxes"

    def __str__(self) -> str:
        return f"{self.user_id} v{self.version}"
