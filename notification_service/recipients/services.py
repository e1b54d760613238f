"""All writes of the local copies. Each drops what is older than what it knows."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from recipients.models import Recipient, TicketPeople
from servicekit.contracts.auth import AccessEvent, UserEvent


@transaction.atomic
def save_profile(event: UserEvent) -> bool:
    """Keep how a person is reached. True if his address was unknown until now."""
    person, _ = Recipient.objects.select_for_update().get_or_create(id=event.user_id)
    if event.version <= person.profile_version:
        return False
    is_first = person.profile_version == 0
    person.email, person.name, person.is_active = event.email, event.name, event.is_active
    person.profile_version = event.version
    person.save(update_fields=["email", "name", "is_active", "profile_version"])
    return is_first


@transaction.atomic
def save_access(event: AccessEvent) -> None:
    """Keep what a person may do."""
    person, _ = Recipient.objects.select_for_update().get_or_create(id=event.user_id)
    if event.access_version > person.access_version:
        person.permissions, person.access_version = list(event.permissions), event.access_version
        person.save(update_fields=["permissions", "access_version"])


def remember_requester(*, ticket_id: UUID, requester_id: UUID) -> None:
    """A ticket keeps its requester for life."""
    people = TicketPeople(ticket_id=ticket_id, requester_id=requester_id)
    TicketPeople.objects.bulk_create([people], update_conflicts=True, unique_fields=["ticket_id"], update_fields=["requester_id"])


@transaction.atomic
def remember_owner(*, ticket_id: UUID, owner_id: UUID | None, since: datetime) -> None:
    """The owner of a ticket is the one of its latest task."""
    people, _ = TicketPeople.objects.select_for_update().get_or_create(ticket_id=ticket_id)
    if people.owned_since is None or people.owned_since < since:
        people.owner_id, people.owned_since = owner_id, since
        people.save(update_fields=["owner_id", "owned_since"])
