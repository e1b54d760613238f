"""Files that belong to tickets."""

from uuid import uuid4

from django.db import models

NAME_LENGTH = 150


class Attachment(models.Model):
    """A file that somebody uploaded: his alone until it is bound to a ticket."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="attachments"
    )
    uploader_id = models.UUIDField()
    uploader_name = models.CharField(max_length=150)
    name = models.CharField(max_length=NAME_LENGTH)
    size = models.PositiveIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["ticket"], name="attachment_of_ticket"),
            models.Index(fields=["sha256"], name="attachment_content"),
            models.Index(fields=["created_at"], name="attachment_unbound", condition=models.Q(ticket__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name
