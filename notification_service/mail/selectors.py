"""Reads of the deliveries."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from mail.models import Delivery
from recipients.models import Recipient


def deliveries(states: Collection[str]) -> QuerySet[Delivery]:
    """All deliveries in one of the states; without any state named, all."""
    return Delivery.objects.filter(state__in=states) if states else Delivery.objects.all()


def people_of(rows: Sequence[Delivery]) -> Mapping[UUID, Recipient]:
    """Whom these deliveries are for, as far as they are known: one query."""
    return Recipient.objects.in_bulk({row.user_id for row in rows})
