"""Notices as the API shows them."""

from typing import Any

from rest_framework import serializers

from notices.models import Notice


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """Something that a person was told; ``link`` is a path in the SPA."""

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "link", "created_at", "read_at"]
        read_only_fields = fields


class NoticeQuerySerializer(serializers.Serializer[Any]):
    """The filters of the list."""

    unread = serializers.BooleanField(default=False, help_text="Only what is not read yet.")


class UnreadSerializer(serializers.Serializer[Any]):
    """The number on the bell."""

    unread = serializers.IntegerField()
