"""What realtime must remember beside the stream."""

from django.db import models


class InboxMark(models.Model):
    """The newest count of unread notices that a person's browsers were told."""

    user_id = models.UUIDField(primary_key=True)
    version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.version}"
