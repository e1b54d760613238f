"""Reads of sessions."""

from uuid import UUID

from django.db.models import QuerySet

from servicekit.clock import now
from tokens.models import Session


def live_sessions(user_id: UUID) -> QuerySet[Session]:
    """Where somebody is logged in."""
    return Session.objects.filter(user_id=user_id, revoked_at=None, expires_at__gt=now())
