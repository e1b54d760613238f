"""Files in and out of the API."""

from typing import Any

from rest_framework import serializers

from attachments.models import Attachment
from servicekit.serializers import Body


class UploadBody(Body):
    file = serializers.FileField(max_length=255, allow_empty_file=False)


class AttachmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()


def attachment_json(attachment: Attachment) -> dict[str, Any]:
    """A file as the API answers it."""
    return {"id": attachment.id, "name": attachment.name, "size": attachment.size, "content_type": attachment.content_type}
