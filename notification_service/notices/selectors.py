"""Reads of a person's own notices."""

from uuid import UUID

from django.db.models import QuerySet

from notices.models import Notice


def own_notices(user_id: UUID, *, only_unread: bool = False) -> QuerySet[Notice]:
    """What a person was told."""
    notices = Notice.objects.filter(user_id=user_id)
    return notices.filter(read_at__isnull=True) if only_unread else notices


def unread_count(user_id: UUID) -> int:
    """How much of it he has not read."""
    return own_notices(user_id, only_unread=True).count()
