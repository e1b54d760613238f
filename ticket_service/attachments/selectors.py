"""Every read of files."""

from uuid import UUID

from attachments.models import Attachment
from servicekit.errors import NotFound


def get_attachment(attachment_id: UUID) -> Attachment:
    """The file. Raises NotFound. Who may have it, its ticket decides."""
    attachment = Attachment.objects.filter(id=attachment_id).first()
    if attachment is None:
        raise NotFound
    return attachment


def files_of(ticket_id: UUID) -> list[Attachment]:
    """The ticket's files in the order in which they came."""
    return list(Attachment.objects.filter(ticket_id=ticket_id).order_by("created_at", "id").only("id", "name", "size", "content_type"))
