"""Reads of the local copies."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from recipients.models import Recipient, TicketPeople
from servicekit.contracts.permissions import Permission


@dataclass(frozen=True, slots=True)
class Directory:
    """What is known of the people that an event may concern. Who is unknown counts as active: his profile is on its way."""

    switched_off: frozenset[UUID]
    holders: dict[Permission, frozenset[UUID]]


def directory(*, people: Collection[UUID], permissions: Collection[Permission]) -> Directory:
    """Who of ``people`` is switched off, and who is active and holds each of ``permissions``: one query."""
    wanted = Q(id__in=people, is_active=False)
    if permissions:
        wanted |= Q(is_active=True, permissions__overlap=list(permissions))
    rows = list(Recipient.objects.filter(wanted).values_list("id", "is_active", "permissions"))
    return Directory(
        switched_off=frozenset(id for id, is_active, _ in rows if not is_active),
        holders={asked: frozenset(id for id, is_active, held in rows if is_active and asked in held) for asked in permissions},
    )


def ticket_people(ticket_id: UUID) -> TicketPeople | None:
    """Who stands behind a ticket, as far as it is known here."""
    return TicketPeople.objects.filter(ticket_id=ticket_id).first()
